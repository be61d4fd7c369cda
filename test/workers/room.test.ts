import { runInDurableObject } from 'cloudflare:test'
import { expect, test } from 'vitest'
import { closeCodes } from '../../protocol/close-codes.ts'
import { limits } from '../../protocol/limits.ts'
import { connect, enter, nothing } from './support/client.ts'
import { recorded } from './support/database.ts'
import { flushed, hibernate, inStorage, objectOf } from './support/objects.ts'
import { freshId, roomOf, signUp } from './support/people.ts'

test('[ACK1] a post is acknowledged with its seq and reaches the others and the own other tab', async () => {
  const [ada, grace] = [await signUp('Ada'), await signUp('Grace')]
  const room = await roomOf(ada, grace)
  const [sender, tab, receiver] = [await enter(ada, room), await enter(ada, room), await enter(grace, room)]
  const id = freshId()

  sender.send({ t: 'post', id, text: 'Hello, Grace' })

  const ack = await sender.next('ack')
  expect(ack).toEqual({ t: 'ack', id, seq: 2, at: expect.any(Number) })
  const message = { seq: 2, rev: 2, id, at: ack.at, by: ada.id, text: 'Hello, Grace', replyTo: null, mentions: [] }
  const changes = { t: 'changes', covers: [2, 2], messages: [{ ...message, source: null, system: null }], live: true }
  expect(await receiver.next('changes')).toEqual(changes)
  expect(await tab.next('changes')).toEqual(changes)
})

test('[SEQ1] every accepted message takes the next number, whoever sends it', async () => {
  const [ada, grace] = [await signUp('Ada'), await signUp('Grace')]
  const room = await roomOf(ada, grace)
  const [one, two] = [await enter(ada, room), await enter(grace, room)]

  for (let i = 0; i < 10; i++) {
    one.send({ t: 'post', id: freshId(), text: `a${i}` })
    two.send({ t: 'post', id: freshId(), text: `g${i}` })
  }

  const seqs: number[] = []
  for (let i = 0; i < 10; i++) seqs.push((await one.next('ack')).seq, (await two.next('ack')).seq)
  expect(seqs.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i + 2))
})

test('[DUP1] [AC-12] the same client id posts once, however often and however late it is sent', async () => {
  const ada = await signUp('Ada')
  const room = await roomOf(ada)
  const first = await enter(ada, room)
  const id = freshId()
  first.send({ t: 'post', id, text: 'once' })
  const ack = await first.next('ack')
  first.send({ t: 'post', id, text: 'once' })
  expect(await first.next('ack')).toEqual(ack)

  await flushed(room)
  await hibernate(room)
  const later = await enter(ada, room)
  later.send({ t: 'post', id, text: 'once' })

  expect(await later.next('ack')).toEqual(ack)
  expect((await recorded(room)).map((message) => message.text)).toEqual(['once'])
})

test('[DUP2] [AC-15] the same client id with another body or author is refused as a conflict', async () => {
  const [ada, grace] = [await signUp('Ada'), await signUp('Grace')]
  const room = await roomOf(ada, grace)
  const [one, two] = [await enter(ada, room), await enter(grace, room)]
  const id = freshId()
  one.send({ t: 'post', id, text: 'mine' })
  await one.next('ack')

  one.send({ t: 'post', id, text: 'changed' })
  two.send({ t: 'post', id, text: 'mine' })

  expect(await one.next('refused')).toMatchObject({ id, reason: 'conflict' })
  expect(await two.next('refused')).toMatchObject({ id, reason: 'conflict' })
})

test('[REP1] a reply to a message that does not exist is refused; to one that exists it is kept', async () => {
  const ada = await signUp('Ada')
  const room = await roomOf(ada)
  const client = await enter(ada, room)
  const id = freshId()
  client.send({ t: 'post', id, text: 'to nothing', replyTo: 7 })
  expect(await client.next('refused')).toMatchObject({ id, reason: 'no_such_message' })

  client.send({ t: 'post', id: freshId(), text: 'something' })
  const { seq } = await client.next('ack')
  client.send({ t: 'post', id: freshId(), text: 'to something', replyTo: seq })

  expect((await client.next('changes', ({ covers }) => covers[0] === seq + 1)).messages).toMatchObject([
    { replyTo: seq },
  ])
})

test('[PAC1] who posts too fast is told when to go on, and nothing is lost', async () => {
  const ada = await signUp('Ada')
  const room = await roomOf(ada)
  const client = await enter(ada, room)
  const ids = Array.from({ length: limits.paceBurst + 20 }, freshId)

  for (const id of ids) client.send({ t: 'post', id, text: id })

  const refused = await client.next('refused')
  expect(refused).toMatchObject({ reason: 'slow_down', retryAfterMs: expect.any(Number) })
  expect(ids.indexOf(refused.id!)).toBeGreaterThanOrEqual(limits.paceBurst)
})

test('[PAC2] a socket that floods the room is closed with 4429, and the others go on', async () => {
  const [ada, grace] = [await signUp('Ada'), await signUp('Grace')]
  const room = await roomOf(ada, grace)
  const [flood, calm] = [await enter(ada, room), await enter(grace, room)]

  for (let i = 0; i < limits.frameBurst * 2; i++) flood.send({ t: 'mark', delivered: 0, read: 0 })
  await flood.until(() => flood.closedWith !== null)

  expect(flood.closedWith).toBe(closeCodes.slowDown)
  const id = freshId()
  calm.send({ t: 'post', id, text: 'calm' })
  expect(await calm.next('ack')).toMatchObject({ id })
})

test.each([
  ['not JSON', '{', null],
  ['an unknown kind', '{"t":"dance"}', null],
  ['an id of another version', JSON.stringify({ t: 'post', id: crypto.randomUUID(), text: 'x' }), expect.any(String)],
  ['no text', JSON.stringify({ t: 'post', id: freshId(), text: '  \n' }), expect.any(String)],
  ['U+0000', JSON.stringify({ t: 'post', id: freshId(), text: 'a\u0000b' }), expect.any(String)],
  ['a lone surrogate', `{"t":"post","id":"${freshId()}","text":"a\\ud800b"}`, expect.any(String)],
  ['too long a text', JSON.stringify({ t: 'post', id: freshId(), text: 'я'.repeat(8_193) }), expect.any(String)],
  ['too long a frame', JSON.stringify({ t: 'post', id: freshId(), text: 'x'.repeat(70_000) }), null],
])('[TXT1] [REF1] %s is refused, and the socket goes on', async (_, frame, id) => {
  const ada = await signUp('Ada')
  const client = await enter(ada, await roomOf(ada))

  client.send(frame)

  expect(await client.next('refused')).toMatchObject({ id, reason: 'malformed', detail: expect.any(String) })
  const good = freshId()
  client.send({ t: 'post', id: good, text: 'x'.repeat(limits.textBytes) })
  expect(await client.next('ack')).toMatchObject({ id: good })
})

test('[SNAP1] [AC-02] a message posted while someone connects is in the snapshot or comes after it, never in between', async () => {
  const [ada, grace] = [await signUp('Ada'), await signUp('Grace')]
  const room = await roomOf(ada, grace)
  const sender = await enter(ada, room)
  const posts = Array.from({ length: 30 }, (_, i) => ({ t: 'post' as const, id: freshId(), text: `${i}` }))

  sender.send(posts[0]!)
  const connecting = connect(grace, room)
  for (const post of posts.slice(1, 15)) sender.send(post)
  const receiver = await connecting
  receiver.send({ t: 'hello', v: 2, ...nothing })
  for (const post of posts.slice(15)) sender.send(post)

  const got: string[] = []
  let next: number | null = null
  while (got.length < posts.length) {
    const { covers, messages } = await receiver.next('changes')
    if (next !== null) expect(covers[0]).toBe(next)
    next = covers[1] + 1
    got.push(...messages.filter((message) => !message.system).map((message) => message.text))
  }
  expect(got).toEqual(posts.map((post) => post.text))
})

test('[RES1] a client that was away gets everything since what it holds, and then what happens', async () => {
  const [ada, grace] = [await signUp('Ada'), await signUp('Grace')]
  const room = await roomOf(ada, grace)
  const sender = await enter(ada, room)
  const receiver = await connect(grace, room)
  const { welcome } = await receiver.hello(nothing)
  receiver.close()
  for (let i = 0; i < 5; i++) sender.send({ t: 'post', id: freshId(), text: `${i}` })
  for (let i = 0; i < 5; i++) await sender.next('ack')

  const back = await connect(grace, room)
  const resumed = await back.hello({ epoch: welcome.epoch, since: welcome.head, from: 1 })

  expect(resumed.chunks.map((chunk) => chunk.covers)).toEqual([[welcome.head + 1, welcome.head + 5]])
  expect(resumed.messages.map((message) => message.text)).toEqual(['0', '1', '2', '3', '4'])
  sender.send({ t: 'post', id: freshId(), text: 'live' })
  expect(await back.next('changes')).toMatchObject({ covers: [welcome.head + 6, welcome.head + 6], live: true })
})

test('[RES3] a client far behind pulls chunks, hears nothing live meanwhile, and misses nothing', async () => {
  const [ada, grace] = [await signUp('Ada'), await signUp('Grace')]
  const room = await roomOf(ada, grace)
  const sender = await enter(ada, room)
  const { epoch, head } = (await (await connect(grace, room)).hello(nothing)).welcome
  for (let i = 0; i < 30; i++) sender.send({ t: 'post', id: freshId(), text: `${i} `.padEnd(limits.textBytes, 'x') })
  for (let i = 0; i < 30; i++) await sender.next('ack')

  const back = await connect(grace, room)
  back.send({ t: 'hello', v: 2, epoch, since: head, from: 1 })
  const first = await back.next('changes')
  expect(first).toMatchObject({ live: false })
  sender.send({ t: 'post', id: freshId(), text: 'meanwhile' })
  await sender.next('ack')
  const texts = first.messages.map((message) => message.text)
  let { covers, live } = first
  while (!live) {
    back.send({ t: 'more', to: covers[1] })
    const chunk = await back.next('changes')
    expect(chunk.covers[0]).toBe(covers[1] + 1)
    ;({ covers, live } = chunk)
    texts.push(...chunk.messages.map((message) => message.text))
  }

  expect(texts.map((text) => text.split(' ')[0])).toEqual([
    ...Array.from({ length: 30 }, (_, i) => `${i}`),
    'meanwhile',
  ])
})

test('[RES2] what belongs to another epoch, or claims more than the room has, is reset to the tail', async () => {
  const ada = await signUp('Ada')
  const room = await roomOf(ada)
  const sender = await enter(ada, room)
  for (let i = 0; i < 3; i++) sender.send({ t: 'post', id: freshId(), text: `${i}` })
  for (let i = 0; i < 3; i++) await sender.next('ack')
  const client = await connect(ada, room)
  const { epoch, head } = (await client.hello(nothing)).welcome

  for (const held of [
    { epoch: epoch + 1, since: head, from: 1 },
    { epoch, since: head + 1, from: 1 },
  ]) {
    client.send({ t: 'hello', v: 2, ...held })
    expect(await client.next('reset')).toEqual({ t: 'reset', epoch, head })
    const tail = await client.next('changes')
    expect(tail).toMatchObject({ covers: [1, head], live: true })
    expect(tail.messages.map((message) => message.text)).toEqual(['0', '1', '2'])
  }
})

test('[CLO2] who is not a member is closed with 4403 and learns nothing', async () => {
  const [ada, linus] = [await signUp('Ada'), await signUp('Linus')]
  const room = await roomOf(ada)

  const client = await connect(linus, room)
  await client.until(() => client.closedWith !== null)

  expect(client.closedWith).toBe(closeCodes.notAMember)
  expect(client.frames).toEqual([])
  const nowhere = await connect(ada, freshId())
  await nowhere.until(() => nowhere.closedWith !== null)
  expect(nowhere.closedWith).toBe(closeCodes.notAMember)
})

test('[CLO1] a socket without a session, or with a forged one, is closed with 4401', async () => {
  const ada = await signUp('Ada')
  const room = await roomOf(ada)
  const [header, body] = ada.cookies.get('parley_access')!.split('.')
  const forged = new Map([['parley_access', `${header}.${body}.${'A'.repeat(43)}`]])

  for (const cookies of [new Map(), forged]) {
    const client = await connect({ ...ada, cookies }, room)
    await client.until(() => client.closedWith !== null)
    expect(client.closedWith).toBe(closeCodes.signIn)
  }
})

test('[CLO4] a client of a version that the room does not speak is closed with 4426', async () => {
  const ada = await signUp('Ada')
  const client = await connect(ada, await roomOf(ada))

  client.send({ t: 'hello', v: 99, ...nothing })
  await client.until(() => client.closedWith !== null)

  expect(client.closedWith).toBe(closeCodes.clientTooOld)
})

test('[RES1] a range that a chunk covers is whole, whatever the client claims to hold', async () => {
  const ada = await signUp('Ada')
  const room = await roomOf(ada)
  const client = await enter(ada, room)
  for (let i = 1; i <= 4; i++) client.send({ t: 'post', id: freshId(), text: `${i}` })
  for (let i = 1; i <= 4; i++) await client.next('ack')
  const { epoch } = (await client.hello(nothing)).welcome

  const resumed = await client.hello({ epoch, since: 1, from: 4 })

  expect(resumed.chunks.map((chunk) => chunk.covers)).toEqual([[2, 4]])
  expect(resumed.messages.map((message) => message.text)).toEqual(['2', '3', '4'])
})

test('[SEQ1] [REF1] a post that could not be stored is refused as internal, and leaves no hole behind', async () => {
  const ada = await signUp('Ada')
  const room = await roomOf(ada)
  const client = await enter(ada, room)
  await inStorage(room, (sql) =>
    sql.exec(`create trigger full before insert on spine begin select raise(abort, 'no space left'); end`),
  )
  const id = freshId()
  client.send({ t: 'post', id, text: 'kept' })
  expect(await client.next('refused')).toMatchObject({
    id,
    reason: 'internal',
    retryAfterMs: expect.any(Number),
  })
  await inStorage(room, (sql) => sql.exec('drop trigger full'))

  client.send({ t: 'post', id, text: 'kept' })

  expect(await client.next('ack')).toMatchObject({ id, seq: 1 })
  expect(await client.next('changes')).toMatchObject({ covers: [1, 1], messages: [{ text: 'kept' }] })
})

test.each([1001, 1004, 2999])('[HERE1] a close with %i is answered, and its person leaves', async (code) => {
  const [ada, grace] = [await signUp('Ada'), await signUp('Grace')]
  const room = await roomOf(ada, grace)
  const watcher = await enter(ada, room)
  const leaver = await enter(grace, room)
  await watcher.next('here', ({ people }) => people.length === 2)

  // The platform's own client takes fewer codes than the wire may bring.
  await runInDurableObject(objectOf(room), (object, state) => {
    const [socket] = state.getWebSockets(`u:${grace.id}`)
    object.webSocketClose(socket!, code)
  })

  expect(await watcher.next('here')).toEqual({ t: 'here', people: [ada.id] })
  leaver.close()
})
