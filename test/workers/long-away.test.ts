import { runInDurableObject } from 'cloudflare:test'
import { afterEach, expect, test } from 'vitest'
import { closeCodes } from '../../protocol/close-codes.ts'
import type { ChangesPage, Page } from '../../protocol/api.ts'
import type { Downstream } from '../../protocol/downstream.ts'
import type { RoomEvent } from '../../protocol/events.ts'
import { limits } from '../../protocol/limits.ts'
import type { Message } from '../../protocol/message.ts'
import { connect, enter, nothing, type Client } from './support/client.ts'
import { bindings, gate, recorded } from './support/database.ts'
import { flushed, hibernate, inStorage, objectOf, ring } from './support/objects.ts'
import { ask, bodyOf, freshId, request, roomOf, signUp, type Person } from './support/people.ts'

afterEach(async () => await gate('open'))

const day = 86_400_000

/** Lets the room log events as if they had happened a while ago; the room gives each its place. */
async function happened(room: string, agoMs: number, make: (seq: number) => object[]): Promise<void> {
  await runInDurableObject(objectOf(room), (object) => {
    const book = object['book']
    book.transact(() => {
      const from = book.awake().head + 1
      const events = make(from).map((event, index) => {
        const id = freshId()
        return { id, hash: id, ...event, seq: from + index, at: Date.now() - agoMs } as RoomEvent
      })
      book.append(events)
    })
  })
}

function posts(by: string, count: number, change: object = {}): object[] {
  const blank = { kind: 'posted', by, replyTo: null, mentions: [], source: null }
  return Array.from({ length: count }, (_, i) => ({ ...blank, text: `word ${i}`, ...change }))
}

/** What a client holds that resumes from here: through the database first where the log does not reach. */
async function resumed(person: Person, room: string, held: Message[], since: number, from: number): Promise<Message[]> {
  const { epoch } = (await (await connect(person, room)).hello(nothing)).welcome
  const states = new Map(held.map((message) => [message.seq, message]))
  const take = (messages: Message[]) => {
    for (const message of messages) {
      const before = states.get(message.seq)
      if (!before || before.rev < message.rev) states.set(message.seq, message)
    }
  }
  const client = await connect(person, room)
  client.send({ t: 'hello', v: 2, epoch, since, from })
  const { floor } = await client.next('behind')
  let to = since
  for (let asOf = 0; asOf < floor - 1 || to < asOf;) {
    const query = `/rooms/${room}/changes?since=${to}&from=${from}`
    const page = await bodyOf<ChangesPage>(await request(person, 'GET', query), 200)
    take(page.messages)
    ;[to, asOf] = [page.to, page.asOf]
  }
  client.send({ t: 'more', to })
  for (let live = false; !live;) {
    const changes = await client.next('changes')
    take(changes.messages)
    live = changes.live
    if (!live) client.send({ t: 'more', to: changes.covers[1] })
  }
  return [...states.values()].sort((a, b) => a.seq - b.seq)
}

/** The same range as someone sees it who comes for the first time. */
async function fresh(person: Person, room: string, from: number): Promise<Message[]> {
  const messages: Message[] = []
  for (let before = Number.MAX_SAFE_INTEGER; before > from;) {
    const query = `/rooms/${room}/messages?before=${before}&limit=200`
    const page = await bodyOf<Page>(await request(person, 'GET', query), 200)
    messages.unshift(...page.messages.filter(({ seq }) => seq >= from))
    before = page.covers[0]
    if (!page.more) break
  }
  return messages
}

async function post(client: Client, text: string): Promise<number> {
  client.send({ t: 'post', id: freshId(), text })
  return (await client.next('ack')).seq
}

test('[LOG1] [RES6] [AC-06] the log drops what is old and safe; whoever was away long reads the rest in the database and ends as if fresh', async () => {
  const [ada, grace] = [await signUp('Ada'), await signUp('Grace')]
  const room = await roomOf(ada, grace)
  const held = (await (await connect(grace, room)).hello(nothing)).messages
  await inStorage(room, (sql) => sql.exec("update log set event = json_set(event, '$.at', 0)"))
  await happened(room, 9 * day, () => posts(ada.id, 60))
  const reader = await (await connect(grace, room)).hello(nothing)
  const [since, from] = [reader.welcome.head, reader.messages[0]!.seq]
  const old = reader.messages[3]!.seq

  await happened(room, 8 * day, () => posts(ada.id, 700))
  const change = (kind: string, more: object) => ({ kind, by: grace.id, target: old, ...more })
  await happened(room, 8 * day, () => [
    change('edited', { text: 'changed while away', mentions: [] }),
    change('pinned', {}),
    { ...change('deleted', {}), target: old + 1 },
    { kind: 'renamed', by: ada.id, name: 'Looms', id: '00000000-0000-8000-8000-000000000001', hash: undefined },
  ])
  for (let i = 0; i < 5; i++) {
    await happened(room, 8 * day, () =>
      Array.from({ length: 1_000 }, (_, i) => change(i % 2 === 0 ? 'reacted' : 'unreacted', { emoji: '👍' })),
    )
  }
  await flushed(room)
  await ring(room, 'flush')
  const { welcome } = await (await connect(grace, room)).hello(nothing)
  expect(welcome.floor).toBeGreaterThan(since)
  expect(welcome.head - welcome.floor + 1).toBe(limits.logEvents)
  await post(await enter(ada, room), 'and today')

  const ends = await resumed(grace, room, reader.messages, since, from)

  expect(ends).toEqual(await fresh(grace, room, from))
  expect(ends.find(({ seq }) => seq === old)).toMatchObject({
    text: 'changed while away',
    pinnedAt: expect.any(Number),
  })
  expect(held.length).toBeGreaterThan(0)
}, 60_000)

test('[LOG1] nothing is dropped that is young, or that Postgres does not have', async () => {
  const ada = await signUp('Ada')
  const room = await roomOf(ada)
  await enter(ada, room)
  await gate('shut')
  for (let i = 0; i < 6; i++) await happened(room, 8 * day, () => posts(ada.id, 1_000))
  await ring(room, 'flush')
  const floor = async () => (await (await connect(ada, room)).hello(nothing)).welcome.floor
  expect(await floor()).toBe(1)

  await gate('open')
  await flushed(room)
  await ring(room, 'flush')
  expect(await floor()).toBe(6_000 - limits.logEvents + 1)
  await happened(room, 6 * day, () => posts(ada.id, 1_000))
  await flushed(room)
  await ring(room, 'flush')
  expect(await floor()).toBe(7_000 - limits.logEvents + 1)
  for (let i = 0; i < 5; i++) await happened(room, 6 * day, () => posts(ada.id, 1_000))
  await flushed(room)
  await ring(room, 'flush')
  // What is left is younger than a week.
  expect(await floor()).toBe(6_001)
}, 60_000)

test('[PRK1] an event that Postgres refuses is parked with what builds on it; the others go on, and it follows once it can', async () => {
  const [ada, grace] = [await signUp('Ada'), await signUp('Grace')]
  const room = await roomOf(ada, grace)
  const [one, two] = [await enter(ada, room), await enter(grace, room)]
  await flushed(room)
  await gate('shut')
  const seqs: number[] = []
  for (let i = 0; i < 5; i++) seqs.push(await post(one, `word ${i}`))
  const bad = seqs[2]!
  two.send({ t: 'react', id: freshId(), seq: bad, emoji: '👍', on: true })
  two.send({ t: 'post', id: freshId(), text: 'a reply', replyTo: bad })
  const reply = (await two.next('changes', ({ messages }) => messages.some(({ replyTo }) => replyTo === bad))).covers[1]
  // A fake for a fault of our own: the log says something that Postgres will not take.
  const before = await inStorage(room, (sql) => {
    const { event } = sql.exec<{ event: string }>('select event from log where seq = ?', bad).one()
    const broken = { ...(JSON.parse(event) as object), text: 'x'.repeat(limits.textBytes + 1) }
    sql.exec('update log set event = ? where seq = ?', JSON.stringify(broken), bad)
    return event
  })
  await gate('open')

  await flushed(room)

  expect((await recorded(room)).slice(1).map(({ seq }) => seq)).toEqual(seqs.filter((seq) => seq !== bad))
  const headers = { authorization: `Bearer ${bindings.SUPABASE_SERVICE_KEY}` }
  const metrics = await ask(`/rooms/${room}/metrics`, { headers })
  expect(await bodyOf(metrics, 200)).toEqual({ pending: 0, flushLagMs: 0, parked: 3 })
  expect((await ask(`/rooms/${room}/metrics`, {})).status).toBe(403)
  expect(await post(one, 'talk goes on')).toBe(reply + 1)

  await inStorage(room, (sql) => sql.exec('update log set event = ? where seq = ?', before, bad))
  await hibernate(room)
  await ring(room, 'parked')
  await flushed(room)

  const { messages } = await (await connect(ada, room)).hello(nothing)
  expect(await recorded(room)).toEqual(messages.toSorted((a, b) => a.seq - b.seq))
  expect(await bodyOf(await ask(`/rooms/${room}/metrics`, { headers }), 200)).toMatchObject({ parked: 0 })
})

test('[FLU4] work on many rows that fails is asked for again later and later, never at once, and forgets its failures once it is done', async () => {
  const ada = await signUp('Ada')
  const room = await roomOf(ada)
  await enter(ada, room)
  await flushed(room)
  await gate('shut')
  const state = () =>
    inStorage(room, (sql) => {
      const [plan] = sql.exec<{ due: number }>("select due from agenda where kind = 'upkeep'").toArray()
      const [tries] = sql.exec<{ failed: number }>("select failed from tries where kind = 'upkeep'").toArray()
      return { waitMs: (plan?.due ?? 0) - Date.now(), failed: tries?.failed ?? 0 }
    })
  const far = Date.now() + 3_600_000
  await inStorage(room, (sql) => sql.exec("insert or replace into agenda (kind, due) values ('upkeep', ?)", far))

  await ring(room, 'upkeep')

  const first = await state()
  expect(first.failed).toBeGreaterThan(0)
  expect(first.waitMs).toBeGreaterThan(3_000)
  await inStorage(room, (sql) => sql.exec("update tries set failed = 7 where kind = 'upkeep'"))
  await ring(room, 'upkeep')
  expect((await state()).waitMs).toBeGreaterThan(25_000)
  await gate('open')
  await ring(room, 'upkeep')
  expect((await state()).failed).toBe(0)
})

test('[ERA2] an account that is gone is gone from the room’s own storage at once, and from Postgres batch by batch', async () => {
  const [ada, grace] = [await signUp('Ada'), await signUp('Grace')]
  const room = await roomOf(ada, grace)
  const [one, two] = [await enter(ada, room), await enter(grace, room)]
  const seq = await post(two, 'a secret of mine')
  one.send({ t: 'post', id: freshId(), text: 'what Ada said' })
  await one.next('ack')
  await flushed(room)

  expect(await objectOf(room).eraseAccount(grace.id, 'erase')).toBe('erased')

  await two.until(() => two.closedWith !== null)
  expect(two.closedWith).toBe(closeCodes.notAMember)
  const told = await one.next('changes', ({ erased }) => erased !== undefined)
  expect(told.erased).toEqual([{ person: grace.id, mode: 'erase', seq: told.covers[1], at: expect.any(Number) }])
  expect(told.messages.find((message) => message.seq === seq)).toMatchObject({
    by: null,
    text: '',
    deleted: { by: null },
  })
  const left = await inStorage(room, (sql) =>
    ['log', 'states', 'withdrawn', 'members'].flatMap((table) => sql.exec(`select * from ${table}`).toArray()),
  )
  expect(JSON.stringify(left)).not.toMatch(/a secret of mine|Grace/)

  await ring(room, 'upkeep')
  const { welcome, messages } = await (await connect(ada, room)).hello(nothing)
  expect(welcome.erasing).toEqual([])
  expect(await recorded(room)).toEqual(messages.toSorted((a, b) => a.seq - b.seq))
  expect(await objectOf(room).eraseAccount(grace.id, 'erase')).toBe('erased')
  expect((await (await connect(ada, room)).hello(nothing)).welcome.head).toBe(welcome.head)
})

test('[ERA1] [RES1] an erasure that touches more than one frame holds reaches those who listen whole', async () => {
  const [ada, grace] = [await signUp('Ada'), await signUp('Grace')]
  const room = await roomOf(ada, grace)
  await happened(room, 0, () => posts(grace.id, 1_000))
  const one = await enter(ada, room)

  await objectOf(room).eraseAccount(grace.id, 'erase')

  one.send({ t: 'post', id: freshId(), text: 'afterwards' })
  const isLast = (frame: Downstream) => frame.t === 'changes' && frame.messages.at(-1)?.text === 'afterwards'
  await one.until(() => one.frames.some(isLast))
  const told = one.frames.filter((frame) => frame.t === 'changes')
  expect(told.flatMap(({ erased = [] }) => erased)).toMatchObject([{ person: grace.id }])
  expect(told.flatMap(({ messages }) => messages).filter(({ deleted }) => deleted)).toHaveLength(1_000)
})

test('[RES6] what an erasure touched is read in bounded pages, and whole by whoever cannot ask for parts', async () => {
  const [ada, grace] = [await signUp('Ada'), await signUp('Grace')]
  const room = await roomOf(ada, grace)
  await happened(room, 0, () => posts(grace.id, limits.list + 100))
  await flushed(room)
  const { welcome } = await (await connect(ada, room)).hello(nothing)
  await objectOf(room).eraseAccount(grace.id, 'erase')
  await ring(room, 'upkeep')
  const changes = async (query: string) =>
    await bodyOf<ChangesPage>(await request(ada, 'GET', `/rooms/${room}/changes?${query}`), 200)

  const sizes: number[] = []
  const told = new Set<number>()
  for (let since = welcome.head, seq = 0, more = true; more;) {
    const page = await changes(`since=${since}&from=1&seq=${seq}`)
    sizes.push(page.messages.length)
    for (const message of page.messages) if (message.deleted) told.add(message.seq)
    ;({ to: since, more } = page)
    seq = page.seq ?? 0
  }

  expect(sizes).toHaveLength(2)
  expect(Math.max(...sizes)).toBeLessThanOrEqual(limits.list)
  expect(told.size).toBe(limits.list + 100)
  const whole = await changes(`since=${welcome.head}&from=1`)
  expect(whole.messages.filter(({ deleted }) => deleted)).toHaveLength(limits.list + 100)
  expect(whole).toMatchObject({ to: whole.asOf })
}, 60_000)

test('[PRK1] a reply to what Postgres still refuses waits behind it', async () => {
  const [ada, grace] = [await signUp('Ada'), await signUp('Grace')]
  const room = await roomOf(ada, grace)
  const one = await enter(ada, room)
  await flushed(room)
  await gate('shut')
  const bad = await post(one, 'word')
  one.send({ t: 'post', id: freshId(), text: 'a reply', replyTo: bad })
  await one.next('ack')
  // A fake for a fault of our own: the log says something that Postgres will not take.
  const before = await inStorage(room, (sql) => {
    const { event } = sql.exec<{ event: string }>('select event from log where seq = ?', bad).one()
    const broken = { ...(JSON.parse(event) as object), text: 'x'.repeat(limits.textBytes + 1) }
    sql.exec('update log set event = ? where seq = ?', JSON.stringify(broken), bad)
    return event
  })
  await gate('open')
  await flushed(room)

  await ring(room, 'parked')
  await inStorage(room, (sql) => sql.exec('update log set event = ? where seq = ?', before, bad))
  await ring(room, 'parked')

  expect((await recorded(room)).slice(1)).toMatchObject([{ seq: bad }, { text: 'a reply', replyTo: bad }])
})
