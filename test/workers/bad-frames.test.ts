import { runInDurableObject } from 'cloudflare:test'
import { afterEach, expect, test, vi } from 'vitest'
import { attach, attached } from '../../durable-objects/sockets.ts'
import { closeCodes } from '../../protocol/close-codes.ts'
import type { Message } from '../../protocol/message.ts'
import { limits } from '../../protocol/limits.ts'
import { oldestVersion, protocolVersion } from '../../protocol/version.ts'
import { connect, enter, nothing, type Client } from './support/client.ts'
import { leaveInPostgres } from './support/database.ts'
import { compareMembers, inStorage, objectOf, ring } from './support/objects.ts'
import { freshId, roomOf, signUp } from './support/people.ts'

afterEach(() => void vi.useRealTimers())

const posting = (text: unknown) => JSON.stringify({ t: 'post', id: freshId(), text })

/** A frame that would fit but for its size in bytes. */
function padded(bytes: number, filling: string): string {
  const empty = JSON.stringify({ t: 'typing', on: true, filling: '' })
  const size = Buffer.byteLength(filling)
  return JSON.stringify({ t: 'typing', on: true, filling: filling.repeat(Math.ceil((bytes - empty.length) / size)) })
}

test.each<[string, string | ArrayBuffer]>([
  ['a frame of 64 KB and a byte', padded(limits.frameBytes + 1, 'x')],
  ['a frame of 64 KB and two bytes, but half as many characters', padded(limits.frameBytes + 2, 'я')],
  ['half a megabyte', posting('x'.repeat(500_000))],
  ['a binary frame', Uint8Array.from(Buffer.from(posting('hello'))).buffer],
  ['an empty binary frame', new ArrayBuffer(0)],
  ['an empty frame', ''],
  ['half a frame', '{"t":"post","id":'],
  ['a bare word', 'hello'],
  ['nothing', 'null'],
  ['a number', '7'],
  ['a list of frames', `[${posting('a')},${posting('b')}]`],
  ['a frame without a kind', '{}'],
  ['an unknown kind', '{"t":"dance"}'],
  ['a kind of the other direction', '{"t":"ack","id":"a","seq":1,"at":1}'],
  ['a kind that every object has', '{"t":"constructor"}'],
  ['a prototype', '{"__proto__":{"t":"typing"},"on":true}'],
  ['deep nesting', `{"t":"post","text":${'['.repeat(20_000)}${']'.repeat(20_000)}}`],
  ['a text that is no text', posting({ toString: 'x' })],
  ['a mark below nothing', '{"t":"mark","delivered":-1,"read":0}'],
  ['a mark beyond all numbers', '{"t":"mark","delivered":1e999,"read":0}'],
  ['a hello without a version', '{"t":"hello","epoch":null,"since":0,"from":0}'],
])('[REF1] %s is refused, its socket goes on, and the others hear nothing of it', async (_, frame) => {
  const [bad, other] = await inSharedRoom()

  bad.send(frame)

  expect(await bad.next('refused')).toMatchObject({ reason: 'malformed', detail: expect.any(String) })
  const id = freshId()
  bad.send({ t: 'post', id, text: 'and a good one' })
  expect(await bad.next('ack')).toMatchObject({ id })
  await other.until(() => other.frames.some(({ t }) => t === 'changes'))
  expect(other.frames.filter(({ t }) => t !== 'here')).toMatchObject([
    { t: 'changes', messages: [{ text: 'and a good one' }] },
  ])
  for (const client of [bad, other]) client.close()
})

test.each([
  ['older', oldestVersion - 1],
  ['newer', protocolVersion + 1],
])('[CLO4] a client of an %s version is closed with 4426 before a single frame', async (_, v) => {
  const { bad, ada, other, room } = await three()
  const client = await connect(ada, room)

  client.send(JSON.stringify({ t: 'hello', v, ...nothing }))

  expect([await closed(client), client.frames]).toEqual([closeCodes.clientTooOld, []])
  await goesOn(bad, other)
})

test('[CLO1] a session that ends closes its own sockets with 4401, and the others go on', async () => {
  const { bad, ada, linus, other, room } = await three()
  const ends = Date.now() + 5_000
  await runInDurableObject(objectOf(room), (_, state) => {
    for (const socket of state.getWebSockets(`u:${ada.id}`)) {
      attach(socket, { ...attached(socket), expiresAt: ends })
    }
  })
  vi.setSystemTime(ends + limits.sessionSlackMs)

  await ring(room, 'sessions')

  expect(await closed(bad)).toBe(closeCodes.signIn)
  vi.useRealTimers()
  await goesOn(await enter(linus, room), other)
})

test('[CLO3] a member who was removed is closed with 4403 before the next event', async () => {
  const { bad, ada, linus, other, room } = await three()
  const speaker = await enter(linus, room)
  await bad.next('here', ({ people }) => people.length === 3)
  await leaveInPostgres(room, ada.id)
  await compareMembers(room)

  // The same turn of the room in which the removal was learned, and the next.
  await goesOn(speaker, other)

  expect(await closed(bad)).toBe(closeCodes.notAMember)
  expect(bad.frames.filter(({ t }) => t !== 'here')).toEqual([])
  const again = await connect(ada, room)
  expect([await closed(again), again.frames]).toEqual([closeCodes.notAMember, []])
})

test('[CLO3] a frame of someone who is no longer a member changes nothing', async () => {
  const { bad, ada, linus, other, room } = await three()
  // The copy of the members changes while frames of this socket are on their way.
  await runInDurableObject(objectOf(room), (object) => {
    const state = object['book'].room!
    object['book'].room = { ...state, members: new Map([...state.members].filter(([person]) => person !== ada.id)) }
  })

  bad.send({ t: 'post', id: freshId(), text: 'one more thing' })

  expect(await closed(bad)).toBe(closeCodes.notAMember)
  await goesOn(await enter(linus, room), other)
  const texts = await inStorage(room, (sql) => sql.exec("select 1 from log where event like '%one more%'").toArray())
  expect(texts).toEqual([])
})

test('[PAC2] whoever floods with frames that do not fit is closed with 4429, and the others go on', async () => {
  const { bad, linus, other, room } = await three()

  for (let i = 0; i < limits.frameBurst * 2; i++) bad.send('{')

  expect(await closed(bad)).toBe(closeCodes.slowDown)
  await goesOn(await enter(linus, room), other)
})

let shared: Promise<string> | null = null

/** Ada and Grace in a room of their own, the same for every frame of the table. */
async function inSharedRoom(): Promise<[Client, Client]> {
  const [ada, grace] = [await signUp('Ada'), await signUp('Grace')]
  shared ??= roomOf(ada, grace)
  return [await enter(ada, await shared), await enter(grace, await shared)]
}

/** Ada, whose client is bad, Grace, who listens, and Linus, who is not there yet. */
async function three() {
  const [ada, grace, linus] = [await signUp('Ada'), await signUp('Grace'), await signUp('Linus')]
  const room = await roomOf(ada, grace, linus)
  const [bad, other] = [await enter(ada, room), await enter(grace, room)]
  return { ada, linus, room, bad, other }
}

/** What this socket hears from now on; every seq of it follows the one before. */
async function heard(client: Client, count: number): Promise<string[]> {
  const messages: Message[] = []
  while (messages.length < count) messages.push(...(await client.next('changes')).messages)
  expect(messages.map(({ seq }) => seq)).toEqual(messages.map((_, i) => messages[0]!.seq + i))
  return messages.map(({ text }) => text)
}

/** Three messages get through, and the room has lost no number over what happened before. */
async function goesOn(speaker: Client, listener: Client): Promise<void> {
  const texts = ['one', 'two', 'three']
  const before = (await listener.hello(nothing)).welcome.head
  for (const text of texts) speaker.send({ t: 'post', id: freshId(), text })
  const changes = await listener.next('changes', ({ covers }) => covers[0] === before + 1)
  expect([...changes.messages.map(({ text }) => text), ...(await heard(listener, 2))]).toEqual(texts)
}

async function closed(client: Client): Promise<number | null> {
  await client.until(() => client.closedWith !== null)
  return client.closedWith
}
