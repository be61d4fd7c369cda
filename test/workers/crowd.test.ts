import { runInDurableObject } from 'cloudflare:test'
import { expect, test } from 'vitest'
import type { Room } from '../../durable-objects/room-object.ts'
import { still } from '../../durable-objects/room/tempo.ts'
import { attach, attached } from '../../durable-objects/sockets.ts'
import { closeCodes } from '../../protocol/close-codes.ts'
import type { Changes, Marks } from '../../protocol/downstream.ts'
import { limits } from '../../protocol/limits.ts'
import type { Upstream } from '../../protocol/upstream.ts'
import { protocolVersion } from '../../protocol/version.ts'
import { connect, enter, nothing, type Client } from './support/client.ts'
import { flushed, hibernate, inStorage, objectOf, ring } from './support/objects.ts'
import { freshId, roomOf, signUp, type Person } from './support/people.ts'
import { timersOf } from './support/timers.ts'

const busyAfter = limits.busyPerSecond

/** What a room that was quiet does in one turn, with the frames of a person's newest socket. */
async function inOneTurn(
  room: string,
  work: (object: Room, say: (person: Person, frame: Upstream) => void, state: DurableObjectState) => void,
): Promise<void> {
  await runInDurableObject(objectOf(room), (object, state) => {
    const say = (person: Person, frame: Upstream) => {
      object.webSocketMessage(state.getWebSockets(`u:${person.id}`).at(-1)!, JSON.stringify(frame))
    }
    object['feed']['tempo'] = object['intake']['tempo'] = still
    work(object, say, state)
  })
}

function post(text: string, id = freshId()): Upstream {
  return { t: 'post', id, text }
}

/** Takes frames until a seq is covered; answers the ranges. */
async function rangesTo(client: Client, seq: number): Promise<[number, number][]> {
  const ranges: [number, number][] = []
  while ((ranges.at(-1)?.[1] ?? 0) < seq) ranges.push((await client.next('changes')).covers)
  return ranges
}

test('[CRO1] a quiet room tells each message at once, and a busy one tells together what happens within 50 ms', async () => {
  const [ada, grace] = [await signUp('Ada'), await signUp('Grace')]
  const room = await roomOf(ada, grace)
  const [sender, receiver] = [await enter(ada, room), await enter(grace, room)]
  const quiet = Array.from({ length: busyAfter }, (_, i): [number, number] => [i + 2, i + 2])
  const last = 2 * busyAfter + 1

  await inOneTurn(room, (object, say) => {
    for (let i = 2; i < last; i++) say(ada, post(`${i}`))
    say(ada, { t: 'edit', id: freshId(), seq: busyAfter + 2, text: 'edited' })
    object['intake'].drain()
  })

  expect(await rangesTo(receiver, busyAfter + 1)).toEqual(quiet)
  const together = await receiver.next('changes')
  expect(together.covers).toEqual([busyAfter + 2, last])
  expect(together.messages.map(({ seq, rev, text }) => ({ seq, rev, text }))).toEqual([
    ...Array.from({ length: busyAfter - 2 }, (_, i) => {
      const seq = busyAfter + 3 + i
      return { seq, rev: seq, text: `${seq}` }
    }),
    { seq: busyAfter + 2, rev: last, text: 'edited' },
  ])
  // No ack has waited for the frame that tells everyone.
  await sender.until(() => sender.frames.some((frame) => frame.t === 'changes' && frame.covers[1] === last))
  const kinds = sender.frames.map((frame) => (frame.t === 'changes' ? frame.covers[1] : frame.t))
  expect(kinds.lastIndexOf('ack')).toBeLessThan(kinds.indexOf(last))
  expect(kinds.filter((kind) => kind === 'ack')).toHaveLength(2 * busyAfter)
})

test('[CRO1] [SNAP1] who becomes live while a frame waits hears only what follows', async () => {
  const [ada, grace] = [await signUp('Ada'), await signUp('Grace')]
  const room = await roomOf(ada, grace)
  const early = await enter(ada, room)
  const late = await connect(grace, room)
  const head = 2 * busyAfter

  await inOneTurn(room, (object, say) => {
    for (let i = 1; i < head; i++) say(ada, post(`${i}`))
    object['intake'].drain()
    say(grace, { t: 'hello', v: protocolVersion, ...nothing })
    say(ada, post('after'))
    object['intake'].drain()
  })

  const tail: Changes = await late.next('changes')
  expect(tail).toMatchObject({ covers: [1, head], live: true })
  const after = await late.next('changes')
  expect({ covers: after.covers, texts: after.messages.map(({ text }) => text) }).toEqual({
    covers: [head + 1, head + 1],
    texts: ['after'],
  })
  expect((await rangesTo(early, head + 1)).at(-1)).toEqual([busyAfter + 2, head + 1])
})

test('[CRO1] [PONG1] a ping is answered with what was told, not with what is on its way', async () => {
  const ada = await signUp('Ada')
  const room = await roomOf(ada)
  const client = await enter(ada, room)
  let [pong, head] = ['', 0]

  await inOneTurn(room, (object, say, state) => {
    for (let i = 0; i < 2 * busyAfter; i++) say(ada, post(`${i}`))
    object['intake'].drain()
    pong = state.getWebSocketAutoResponse()!.response
    head = object['book'].awake().head
  })

  expect({ pong, head }).toEqual({ pong: `pong:${busyAfter}`, head: 2 * busyAfter })
  await client.next('changes', ({ covers }) => covers[1] === head)
  client.send('ping')
  await client.until(() => client.pongs.length > 0)
  expect(client.pongs).toEqual([`pong:${head}`])
})

test('[CRO2] what a busy room is asked at once is decided in one turn, in the order of each socket', async () => {
  const [ada, grace] = [await signUp('Ada'), await signUp('Grace')]
  const room = await roomOf(ada, grace)
  const [one, two] = [await enter(ada, room), await enter(grace, room)]
  const heads: number[] = []

  await inOneTurn(room, (object, say) => {
    const headNow = () => heads.push(object['book'].awake().head)
    for (let i = 0; i < busyAfter; i++) say(ada, post('quiet'))
    headNow()
    for (let i = 0; i < 10; i++) {
      say(ada, post(`a${i}`))
      say(grace, post(`g${i}`))
    }
    headNow()
    // The timer's turn ends before any other begins: whatever follows it finds everything decided.
    const drain = object['intake'].drain.bind(object['intake'])
    object['intake'].drain = () => {
      drain()
      headNow()
    }
  })
  const texts: string[] = []
  for (let seq = 0; seq < busyAfter + 21;) {
    const { covers, messages } = await two.next('changes')
    seq = covers[1]
    texts.push(...messages.map(({ text }) => text))
  }

  expect(heads).toEqual([busyAfter + 1, busyAfter + 1, busyAfter + 21])
  const ofSocket = (letter: string) => texts.filter((text) => text.startsWith(letter))
  for (const letter of ['a', 'g']) {
    expect(ofSocket(letter)).toEqual(Array.from({ length: 10 }, (_, i) => `${letter}${i}`))
  }
  await one.until(() => one.frames.filter(({ t }) => t === 'ack').length === busyAfter + 10)
})

test('[CRO2] [REF1] a frame that fails takes none of its neighbours with it', async () => {
  const [ada, grace, linus] = [await signUp('Ada'), await signUp('Grace'), await signUp('Linus')]
  const room = await roomOf(ada, grace, linus)
  const [one, two, three] = [await enter(ada, room), await enter(grace, room), await enter(linus, room)]
  const [before, broken, after] = [freshId(), freshId(), freshId()]
  await inStorage(room, (sql) =>
    sql.exec(`create trigger broken before insert on spine when new.id = '${broken}'
      begin select raise(abort, 'no space left'); end`),
  )

  await inOneTurn(room, (_, say) => {
    for (let i = 0; i < busyAfter; i++) say(ada, post('quiet'))
    say(ada, post('together', before))
    say(grace, post('together', broken))
    say(linus, post('together', after))
  })

  expect(await one.next('ack', ({ id }) => id === before)).toMatchObject({ seq: busyAfter + 3 })
  expect(await two.next('refused')).toMatchObject({ id: broken, reason: 'internal' })
  expect(await three.next('ack')).toMatchObject({ id: after, seq: busyAfter + 4 })
})

test('[LAG1] [LAG2] who reports keeps up; who does not hears of it and no more, and is closed with 4408 unless it resumes', async () => {
  const names = ['Ada', 'Grace', 'Linus', 'Barbara', 'Katherine']
  const [ada, grace, linus, barbara, katherine] = (await Promise.all(names.map(signUp))) as [
    Person,
    Person,
    Person,
    Person,
    Person,
  ]
  const room = await roomOf(ada, grace, linus, barbara, katherine)
  const [silent, mute, reader] = [await enter(grace, room), await enter(ada, room), await enter(linus, room)]
  const { epoch } = (await silent.hello(nothing)).welcome
  const reportAll = async (from: Client) => {
    for (let i = 0; i < limits.paceBurst; i++) from.send(post('x'.repeat(limits.textBytes)))
    let acked = 0
    while (acked < limits.paceBurst) acked = (await from.next('ack'), acked + 1)
    const { head } = (await (await connect(linus, room)).hello(nothing)).welcome
    await reader.next('changes', ({ covers }) => covers[1] === head)
    reader.send({ t: 'mark', delivered: head, read: 0 })
    await reader.next('marks', ({ marks }) => marks.some(({ delivered }) => delivered === head))
    return head
  }
  await reportAll(await enter(ada, room))
  const behind = await connect(grace, room)
  behind.send({ t: 'hello', v: protocolVersion, epoch, since: 5, from: 1 })
  const first = await behind.next('changes')

  await reportAll(await enter(barbara, room))
  const told = await reportAll(await enter(katherine, room))

  await silent.next('lagging')
  await mute.next('lagging')
  reader.send(post('the reader goes on'))
  await reader.next('changes', ({ covers }) => covers[1] === told + 1)
  expect(silent.frames.filter(({ t }) => t === 'changes')).toEqual([])
  // It was catching up all the while: nothing live was sent to it, so it cannot lag.
  expect(first.live).toBe(false)
  expect(behind.frames.filter(({ t }) => t === 'changes' || t === 'lagging')).toEqual([])

  silent.send({ t: 'more', to: told })
  const resumed = await silent.hello({ epoch, since: told, from: 1 })
  expect(resumed.messages.map(({ text }) => text)).toEqual(['the reader goes on'])
  await flushed(room)
  await hibernate(room)
  await runInDurableObject(objectOf(room), (_, state) => {
    for (const socket of state.getWebSockets()) {
      const attachment = attached(socket)
      if (attachment.lagsSince !== undefined) attach(socket, { ...attachment, lagsSince: Date.now() - limits.lagMs })
    }
  })
  await ring(room, 'slow')
  await mute.until(() => mute.closedWith !== null)
  expect([mute.closedWith, silent.closedWith, reader.closedWith]).toEqual([closeCodes.tooSlow, null, null])
  const planned = await inStorage(room, (sql) => sql.exec(`select kind from agenda where kind = 'slow'`).toArray())
  expect(planned).toEqual([])
})

test('[CRO3] a crowd is not named: nobody is here by name, and of typists only the number is told', async () => {
  const [ada, grace] = [await signUp('Ada'), await signUp('Grace')]
  const room = await roomOf(ada, grace)
  const watcher = await enter(grace, room)
  const tabs: Client[] = []
  for (let i = 0; i < limits.crowdedViewers; i++) tabs.push(await connect(ada, room))

  const { welcome } = await tabs.at(-1)!.hello(nothing)
  tabs.at(-1)!.send({ t: 'typing', on: true })

  expect(welcome.here).toEqual([])
  expect(await watcher.next('typists')).toEqual({ t: 'typists', count: 1 })
  await runInDurableObject(objectOf(room), (object) => {
    object['crowd']['typists']['until'].set(ada.id, 0)
  })
  expect(await watcher.next('typists')).toEqual({ t: 'typists', count: 0 })
  expect(watcher.frames.filter(({ t }) => t === 'typing')).toEqual([])

  tabs[0]!.close()
  tabs[1]!.close()
  expect(await watcher.next('here', ({ people }) => people.length > 0)).toEqual({
    t: 'here',
    people: [ada.id, grace.id].sort(),
  })
})

test('[CRO3] where much happens, nobody is told who is typing', async () => {
  const [ada, grace] = [await signUp('Ada'), await signUp('Grace')]
  const room = await roomOf(ada, grace)
  const [, watcher] = [await enter(ada, room), await enter(grace, room)]

  await inOneTurn(room, (object, say) => {
    say(ada, { t: 'typing', on: true })
    for (let i = 0; i < 2 * busyAfter; i++) say(ada, post(`${i}`))
    object['intake'].drain()
    say(ada, { t: 'typing', on: true })
  })

  const last = 2 * busyAfter + 1
  await watcher.until(() => watcher.frames.some((frame) => frame.t === 'changes' && frame.covers[1] === last))
  expect(watcher.frames.filter(({ t }) => t === 'typing')).toHaveLength(1)
})

test('[MRK1] marks of many are kept in one step', async () => {
  const [ada, grace] = [await signUp('Ada'), await signUp('Grace')]
  const room = await roomOf(ada, grace)
  const [sender] = [await enter(ada, room), await enter(grace, room)]
  sender.send(post('one'))
  const { seq } = await sender.next('ack')
  const steps: number[] = []
  await inOneTurn(room, (object, say) => {
    const setMarks = object['book'].setMarks.bind(object['book'])
    object['book'].setMarks = (marks: readonly Marks[]) => {
      steps.push(marks.length)
      setMarks(marks)
    }
    say(ada, { t: 'mark', delivered: seq, read: seq })
    say(grace, { t: 'mark', delivered: seq, read: 0 })
    say(grace, { t: 'mark', delivered: seq, read: seq })
  })

  const { marks } = await sender.next('marks')

  expect(marks).toEqual([ada, grace].map(({ id }) => ({ person: id, delivered: seq, read: seq })))
  expect(steps).toEqual([2])
})

test('[CRO1] [EPO4] what a room was about to tell when its epoch ended is told to nobody', async () => {
  const ada = await signUp('Ada')
  const room = await roomOf(ada)
  await enter(ada, room)
  let waits: unknown[] = []

  await runInDurableObject(objectOf(room), async (object, state) => {
    object['feed']['tempo'] = object['intake']['tempo'] = still
    const [socket] = state.getWebSockets()
    for (let i = 0; i < 2 * busyAfter; i++) object.webSocketMessage(socket!, JSON.stringify(post(`${i}`)))
    object['intake'].drain()
    object['record'].stop('another object took the epoch')
    const anew = object['beginAnew']()
    waits = [object['feed']['waiting'].length, object['feed']['timer']]
    await anew
  })

  expect(waits).toEqual([0, null])
})

test('[HIB1] [HIB2] a room that was busy and full of typists has no timer left when it is quiet again', async () => {
  const [ada, grace] = [await signUp('Ada'), await signUp('Grace')]
  const room = await roomOf(ada, grace)
  const [one] = [await enter(ada, room), await enter(grace, room)]
  for (let i = 0; i < limits.crowdedViewers; i++) await connect(grace, room)
  const timers = timersOf()

  await inOneTurn(room, (object, say) => {
    say(ada, { t: 'typing', on: true })
    for (let i = 0; i < 2 * busyAfter; i++) say(ada, post(`${i}`))
    say(ada, { t: 'mark', delivered: 5, read: 5 })
    object['crowd']['typists']['until'].set(ada.id, 0)
  })
  await one.next('changes', ({ covers }) => covers[1] === 2 * busyAfter + 1)
  await flushed(room)

  await timers.none()
  expect(timers.made()).toBeGreaterThan(2)
  timers.restore()
})
