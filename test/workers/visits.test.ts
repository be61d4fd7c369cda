import { runInDurableObject } from 'cloudflare:test'
import { expect, test, vi } from 'vitest'
import type { Bump } from '../../durable-objects/between.ts'
import { deviceAt } from '../../durable-objects/inbox/devices.ts'
import { bumpOf, later } from './support/bumps.ts'
import { enter, post, type Client } from './support/client.ts'
import { gate, joinInPostgres } from './support/database.ts'
import { connectInbox, openInbox, type Device } from './support/device.ts'
import {
  crashInbox,
  flushed,
  eventually,
  hibernateInbox,
  inboxOf,
  inInbox,
  inStorage,
  loseInbox,
  runErrand,
  tellInboxes,
} from './support/objects.ts'
import { freshId, roomOf, signUpAfresh } from './support/people.ts'

/** What the inbox keeps of a room beside its line. */
async function kept(person: string, room: string): Promise<Record<string, SqlStorageValue>> {
  return await inInbox(person, (sql) => {
    return sql.exec('select silent > 0 as silent, back, received from lines where room = ?', room).one()
  })
}

/** The last visit of this person that a room has heard of; 0: none. */
async function heardOfVisit(room: string, person: string): Promise<number> {
  return await inStorage(room, (sql) => {
    const rows = sql.exec<{ visit: number }>('select back_visit as visit from inboxes where person = ?', person)
    return rows.toArray()[0]?.visit ?? 0
  })
}

/** The visit that goes on in someone's inbox. */
async function visitOf(person: string): Promise<number> {
  return await inInbox(person, (sql) => sql.exec<{ visit: number }>('select visit from inbox').one().visit)
}

/** A room tells that there is news, and that it finds nobody. */
async function fallSilent(person: string, room: string): Promise<void> {
  await tellInboxes(room)
  expect((await kept(person, room))['silent']).toBe(1)
  await flushed(room)
}

/** Ada has been here before, with a device. Now Grace's first message in their room has found nobody. */
async function unheard() {
  const [ada, grace] = [await signUpAfresh('Ada'), await signUpAfresh('Grace')]
  const room = await roomOf(grace, ada)
  const before = await openInbox(ada)
  await runErrand(ada.id, 'calling')
  await before.leave()
  const talk = await enter(grace, room)
  await post(talk, 'Is anybody here?')
  await fallSilent(ada.id, room)
  return { ada, room, talk, before }
}

/** What the room says next reaches the device: it is silent no more. */
async function hears({ device, room, talk }: { device: Device; room: string; talk: Client }): Promise<void> {
  await post(talk, 'Good morning.')
  await tellInboxes(room)
  expect((await device.line(room, ({ unread }) => unread === 2)).last?.text).toBe('Good morning.')
}

test('[INB5] a room falls silent where nobody is, and tells everything again from the next visit on', async () => {
  const [ada, grace] = [await signUpAfresh('Ada'), await signUpAfresh('Grace')]
  const [room, quiet] = [await roomOf(grace, ada), await roomOf(grace, ada)]
  const first = await openInbox(ada)
  await runErrand(ada.id, 'calling')
  for (const each of [room, quiet]) await tellInboxes(each)
  await first.leave()
  const before = await visitOf(ada.id)
  const talk = await enter(grace, room)
  await post(talk, 'Is anybody here?')
  await fallSilent(ada.id, room)
  await post(talk, 'I shall wait.')
  await flushed(room)
  const heard = await heardOfVisit(quiet, ada.id)

  const device = await openInbox(ada)

  expect(device.holding.lines.get(room)?.unread).toBe(2)
  await runErrand(ada.id, 'calling')
  expect(await kept(ada.id, room)).toEqual({ silent: 0, back: 0, received: 0 })
  await post(talk, 'Good morning.')
  await tellInboxes(room)
  const line = await device.line(room, ({ unread }) => unread === 3)
  expect(line.last?.text).toBe('Good morning.')
  expect(await visitOf(ada.id)).toBeGreaterThan(before)
  expect(await heardOfVisit(room, ada.id)).toBe(await visitOf(ada.id))
  // The room that had no news was not asked.
  expect(await heardOfVisit(quiet, ada.id)).toBe(heard)
})

test('[INB5] what a room owes a visit is owed until it answers, also by an inbox that died meanwhile', async () => {
  const { ada, room, talk } = await unheard()
  // The object dies with the visit begun and no room told of it.
  await inInbox(ada.id, (sql) => sql.exec('update lines set back = 1 where silent > 0'))
  await crashInbox(ada.id)

  const device = await openInbox(ada)

  await runErrand(ada.id, 'calling')
  expect(await heardOfVisit(room, ada.id)).toBe(await visitOf(ada.id))
  await hears({ device, room, talk })
})

test('[INB5] an inbox that lost its storage asks all its rooms, and its devices get the whole list', async () => {
  const { ada, room, talk, before } = await unheard()
  await loseInbox(ada.id)

  const device = await connectInbox(ada)
  const welcome = await device.hello({ ...before.holding, lines: new Map() })

  expect(welcome).toMatchObject({ whole: true, stale: false })
  expect(welcome.epoch).not.toBe(before.holding.epoch)
  expect(device.holding.lines.get(room)?.unread).toBe(1)
  await runErrand(ada.id, 'calling')
  await hears({ device, room, talk })
})

test('[INB5] a silent room that the list had lost from sight tells everything once the list has it again', async () => {
  const { ada, room, talk } = await unheard()
  // As that of the oldest room goes when there are more than a list has.
  await inInbox(ada.id, (sql) => sql.exec('delete from lines where room = ?', room))

  const device = await openInbox(ada)

  expect(device.holding.lines.get(room)?.unread).toBe(1)
  await runErrand(ada.id, 'calling')
  await hears({ device, room, talk })
})

test('[INB5] of two words of a room the higher epoch and n count, and an older one changes nothing', async () => {
  const ada = await signUpAfresh('Ada')
  const device = await openInbox(ada)
  const room = freshId()
  const say = (change: Partial<Bump>) => inboxOf(ada.id).bump(bumpOf(room, change))
  await say({ n: 5, count: 5 })
  await say({ n: 4, count: 4 })
  await say({ n: 5, count: 6 })
  await say({ epoch: later - 1, n: 9, count: 9 })
  expect((await device.line(room, () => true)).unread).toBe(5)
  await say({ epoch: later + 1, n: 1, count: 1 })
  expect((await device.line(room, ({ unread }) => unread !== 5)).unread).toBe(1)
  await inboxOf(ada.id).gone(room, later + 1, 2)
  await say({ epoch: later + 1, n: 1, count: 1 })
  await say({ epoch: later + 1, n: 3, count: 3 })
  while (device.holding.lines.get(room)?.unread !== 3) await device.take()
  expect(device.frames).toEqual([])
})

test('[INB6] while Postgres is away devices get the list that is kept, and the difference once it is back', async () => {
  const [ada, grace] = [await signUpAfresh('Ada'), await signUpAfresh('Grace')]
  const room = await roomOf(grace, ada)
  await (await openInbox(ada)).leave()
  const made = await roomOf(grace, ada)
  await gate('shut')
  const device = await connectInbox(ada)
  const welcome = await device.hello({ epoch: null, version: 0, lines: new Map() })
  await gate('open')
  expect(welcome.stale).toBe(true)
  expect(device.holding.lines.has(room)).toBe(true)

  await runErrand(ada.id, 'reading')

  await device.next('fresh')
  const again = await openInbox(ada)
  expect(again.holding.lines.has(made)).toBe(true)
})

test('[INB6] a Postgres that takes its time keeps nobody from the list that is kept for longer than 2 s', async () => {
  const [ada, grace] = [await signUpAfresh('Ada'), await signUpAfresh('Grace')]
  const room = await roomOf(grace, ada)
  await (await openInbox(ada)).leave()
  // What the object waits for is made and settled within it.
  const within = (work: () => void) => runInDurableObject(inboxOf(ada.id), work)
  let answers = () => {}
  await runInDurableObject(inboxOf(ada.id), (inbox) => {
    const database = inbox['list']['database']
    const ask = database.state.bind(database)
    const slow = new Promise<void>((resolve) => {
      answers = resolve
    })
    database.state = async () => {
      const state = await ask()
      await slow
      return state
    }
  })
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const device = await connectInbox(ada)
  const hello = device.hello()
  await eventually(() =>
    runInDurableObject(inboxOf(ada.id), (_, state) => state.getWebSockets().some((socket) => deviceAt(socket).asked)),
  )
  await within(() => vi.advanceTimersByTime(1_999))
  expect(device.frames).toEqual([])
  await within(() => vi.advanceTimersByTime(1))
  expect((await hello).stale).toBe(true)
  vi.useRealTimers()
  expect(device.holding.lines.has(room)).toBe(true)
  await within(() => answers())
  await device.next('fresh')
})

test('[INB6] a visit that begins while the list is still read for the one before has it read again', async () => {
  const [ada, grace] = [await signUpAfresh('Ada'), await signUpAfresh('Grace')]
  const [known, unheardOf] = [await roomOf(grace, ada), await roomOf(grace)]
  const before = await openInbox(ada)
  const held: (() => void)[] = []
  await runInDurableObject(inboxOf(ada.id), async (object) => {
    const database = object['list']['database']
    const ask = database.state.bind(database)
    await new Promise<void>((answered) => {
      database.state = async () => {
        const answer = await ask()
        database.state = ask
        answered()
        await new Promise<void>((go) => held.push(go))
        return answer
      }
      void object.reload()
    })
  })
  await before.leave()
  await joinInPostgres(unheardOf, ada.id)

  const device = await connectInbox(ada)
  await runInDurableObject(inboxOf(ada.id), () => held[0]!())
  await device.hello()

  await device.line(unheardOf, () => true)
  expect([...device.holding.lines.keys()].sort()).toEqual([known, unheardOf].sort())
})

test('[INB6] an inbox that never had a list and cannot ask for one closes with 1013', async () => {
  const ada = await signUpAfresh('Ada')
  await gate('shut')
  const device = await connectInbox(ada)
  device.send({ t: 'hello', v: 5, epoch: null, since: 0 })
  await device.until(() => device.closedWith !== null)
  await gate('open')
  expect(device.closedWith).toBe(1013)
  expect((await (await connectInbox(ada)).hello()).whole).toBe(true)
})

test('[INB6] a hello that was not answered when the object went to sleep is answered when it wakes', async () => {
  const [ada, grace] = [await signUpAfresh('Ada'), await signUpAfresh('Grace')]
  const room = await roomOf(grace, ada)
  const device = await connectInbox(ada)
  device.send({ t: 'hello', v: 5, epoch: null, since: 0 })
  await hibernateInbox(ada.id)
  await inInbox(ada.id, () => undefined)
  expect((await device.next('welcome')).stale).toBe(false)
  expect((await device.next('rooms')).rooms.map((line) => line.room)).toEqual([room])
})

test('[INB7] what a device has taken in was received, once the room has heard so', async () => {
  const [ada, grace] = [await signUpAfresh('Ada'), await signUpAfresh('Grace')]
  const room = await roomOf(grace, ada)
  const device = await openInbox(ada)
  const talk = await enter(grace, room)
  await post(talk, 'Have you got this?')
  const { head } = await device.line(room, ({ unread }) => unread === 1)
  device.send({ t: 'seen', version: device.holding.version - 1 })
  device.send({ t: 'seen', version: device.holding.version })
  await eventually(async () => (await kept(ada.id, room))['received'] === head)
  // The promise outlives the object.
  await hibernateInbox(ada.id)
  await runErrand(ada.id, 'receiving')
  const { marks } = await talk.next('marks', (frame) => frame.marks.some(({ person }) => person === ada.id))
  expect(marks).toEqual([{ person: ada.id, delivered: head, read: 0 }])
  await eventually(async () => (await kept(ada.id, room))['received'] === 0)
})

test('[INB12] an inbox without devices and without promises plans nothing', async () => {
  const [ada, grace] = [await signUpAfresh('Ada'), await signUpAfresh('Grace')]
  await roomOf(grace, ada)
  const device = await openInbox(ada)
  await runErrand(ada.id, 'calling')
  await device.leave()
  const planned = () =>
    inInbox(ada.id, (sql) =>
      sql
        .exec<{ kind: string }>("select kind from agenda where kind not in ('presence', 'keep')")
        .toArray()
        .map(({ kind }) => kind),
    )
  expect(await planned()).toEqual([])
  await inboxOf(ada.id).bump(bumpOf(freshId()))
  await inboxOf(ada.id).typing(freshId(), grace.id, 'Grace', true)
  expect(await planned()).toEqual([])
})

test('[INB13] [AC-31] two devices are one person: one visit, one list, one acknowledgement', async () => {
  const [ada, grace] = [await signUpAfresh('Ada'), await signUpAfresh('Grace')]
  const room = await roomOf(grace, ada)
  const [first, second] = [await openInbox(ada), await openInbox(ada)]
  await runErrand(ada.id, 'calling')
  const before = await visitOf(ada.id)
  await second.leave()
  const again = await openInbox(ada)
  expect(await visitOf(ada.id)).toBe(before)
  const talk = await enter(grace, room)
  await post(talk, 'One person, two screens.')
  const [here, there] = [
    await first.line(room, ({ unread }) => unread === 1),
    await again.line(room, ({ unread }) => unread === 1),
  ]
  expect(here).toEqual(there)
  first.send({ t: 'seen', version: first.holding.version })
  again.send({ t: 'seen', version: again.holding.version })
  await eventually(async () => (await kept(ada.id, room))['received'] !== 0)
  await runErrand(ada.id, 'receiving')
  await talk.next('marks', (frame) =>
    frame.marks.some(({ person, delivered }) => person === ada.id && delivered === here.head),
  )
  // Reading on one device clears it on the other.
  first.send({ t: 'mark', id: freshId(), room, as: 'read' })
  await first.next('ack')
  expect((await again.line(room, ({ unread }) => unread === 0)).read).toBe(here.head)
})

test('[INB5] a room that does not know its member yet reads its members before it says no', async () => {
  const [ada, grace] = [await signUpAfresh('Ada'), await signUpAfresh('Grace')]
  const room = await roomOf(grace)
  const talk = await enter(grace, room)
  await post(talk, 'Nobody else is here.')
  await flushed(room)
  await joinInPostgres(room, ada.id)
  const device = await openInbox(ada)
  expect(device.holding.lines.has(room)).toBe(true)

  await runErrand(ada.id, 'calling')

  expect(await heardOfVisit(room, ada.id)).toBe(await visitOf(ada.id))
  await post(talk, 'Now there is somebody.')
  await tellInboxes(room)
  expect((await device.line(room, ({ last }) => last?.text === 'Now there is somebody.')).head).toBeGreaterThan(0)
})
