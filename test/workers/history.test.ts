import { runInDurableObject } from 'cloudflare:test'
import { afterEach, expect, test, vi } from 'vitest'
import type { ChangesPage, Page, Pins } from '../../protocol/api.ts'
import type { MediaPage, MessageInfo, OneMessage } from '../../protocol/endpoints/messages.ts'
import type { RoomEvent } from '../../protocol/events.ts'
import { limits } from '../../protocol/limits.ts'
import { connect, enter, nothing, post } from './support/client.ts'
import { directRoom, gate, setHistoryFrom } from './support/database.ts'
import { flushed, objectOf, ring } from './support/objects.ts'
import { bodyOf, freshId, request, roomOf, signUp, type Person } from './support/people.ts'

afterEach(async () => {
  vi.restoreAllMocks()
  await gate('open')
})

async function get<T>(person: Person, path: string, status = 200): Promise<T> {
  return await bodyOf<T>(await request(person, 'GET', path), status)
}

/** Messages of a week and more ago, which the log drops once Postgres has them. */
async function longAgo(room: string, by: string, count: number, change: object = {}): Promise<void> {
  await runInDurableObject(objectOf(room), (object) => {
    const book = object['book']
    book.transact(() => {
      const head = book.awake().head
      const blank = { kind: 'posted', by, replyTo: null, mentions: [], source: null, at: Date.now() - 8 * 86_400_000 }
      const events = Array.from({ length: count }, (_, i) => {
        const id = freshId()
        return { ...blank, id, hash: id, seq: head + 1 + i, text: `word ${i}`, ...change } as RoomEvent
      })
      book.append(events)
    })
  })
}

function seqsOf({ messages }: Pick<Page, 'messages'>): number[] {
  return messages.map(({ seq }) => seq)
}

test('[HIS3] a page lies before, after or around a seq and says what it covers and what there is on both sides', async () => {
  const ada = await signUp('Ada')
  const room = await roomOf(ada)
  const client = await enter(ada, room)
  for (let i = 1; i <= 10; i++) await post(client, `message ${i}`)
  const page = async (query: string) => {
    const { covers, messages, more, moreAfter, asOf } = await get<Page>(ada, `/rooms/${room}/messages?${query}`)
    return { covers, seqs: seqsOf({ messages }), more, moreAfter, asOf }
  }
  const both = { more: true, moreAfter: true, asOf: 10 }

  expect(await page('around=5&limit=4')).toEqual({ ...both, covers: [3, 6], seqs: [3, 4, 5, 6] })
  expect(await page('after=6&limit=4')).toEqual({ ...both, covers: [7, 10], seqs: [7, 8, 9, 10], moreAfter: false })
  expect(await page('after=6&limit=3')).toEqual({ ...both, covers: [7, 9], seqs: [7, 8, 9] })
  expect(await page('before=4&limit=9')).toEqual({ ...both, covers: [1, 3], seqs: [1, 2, 3], more: false })
  expect(await page('around=99&limit=4')).toEqual({ ...both, covers: [8, 10], seqs: [8, 9, 10], moreAfter: false })
  expect(await page('after=99')).toEqual({ ...both, covers: [11, 10], seqs: [], moreAfter: false })
  for (const wrong of ['before=3&after=1', 'around=1&before=2', `limit=${limits.pageMost + 1}`, 'after=-1']) {
    expect(await get(ada, `/rooms/${room}/messages?${wrong}`, 400)).toMatchObject({ type: '/problems/invalid_request' })
  }
})

test('[HIS3] [HIS1] [AC-24] a jump to a message 10,000 back takes three questions to Postgres, and reads on in both directions without a repeat', async () => {
  const ada = await signUp('Ada')
  const room = await roomOf(ada)
  await enter(ada, room)
  for (let i = 0; i < 11; i++) await longAgo(room, ada.id, 1_000)
  await flushed(room)
  await ring(room, 'flush')
  const { welcome } = await (await connect(ada, room)).hello(nothing)
  expect(welcome.floor).toBe(11_000 - limits.logEvents + 1)
  const target = 1_000
  const asked = vi.spyOn(globalThis, 'fetch')
  const questions = () =>
    asked.mock.calls.map(([address]) => new Request(address).url).filter((url) => url.includes('/rest/v1/'))
  const page = (query: string) => get<Page>(ada, `/rooms/${room}/messages?${query}`)

  const first = await page(`around=${target}`)

  expect(questions()).toHaveLength(3)
  expect(seqsOf(first)).toEqual(Array.from({ length: limits.page }, (_, i) => target - limits.page / 2 + i))
  expect(first).toMatchObject({ more: true, moreAfter: true })

  // Down over the place where Postgres ends and the log begins, and up to the first message.
  const read = seqsOf(first)
  for (let at = first; at.moreAfter;) {
    at = await page(`after=${at.covers[1]}&limit=${limits.pageMost}`)
    expect(at.messages.length).toBeLessThanOrEqual(limits.pageMost)
    read.push(...seqsOf(at))
  }
  for (let at = first; at.more;) {
    at = await page(`before=${at.covers[0]}&limit=${limits.pageMost}`)
    read.unshift(...seqsOf(at))
  }
  expect(read).toEqual(Array.from({ length: 11_000 }, (_, i) => i + 1))
}, 90_000)

test('[HIS4] what was said before a member’s history begins is theirs by no route and on no socket, from the log and from Postgres', async () => {
  const [ada, grace] = [await signUp('Ada'), await signUp('Grace')]
  const room = await roomOf(ada, grace)
  const client = await enter(ada, room)
  for (let i = 0; i < 10; i++) await post(client, `see https://example.org/${i}`)
  client.send({ t: 'pin', id: freshId(), seq: 3, on: true })
  client.send({ t: 'pin', id: freshId(), seq: 9, on: true })
  await flushed(room)
  const messages = (seqs: number[]) => seqs.map((seq) => expect.objectContaining({ seq }))
  const first = 2
  const head = (await get<Page>(grace, `/rooms/${room}/messages`)).covers[1]
  expect(seqsOf(await get<Page>(grace, `/rooms/${room}/messages`))[0]).toBe(1)
  await setHistoryFrom(room, grace.id, 5)
  await objectOf(room).refreshMembers()

  const inLog = await get<Page>(grace, `/rooms/${room}/messages`)
  expect(inLog).toMatchObject({ covers: [6, head], more: false })
  expect(await get<Page>(grace, `/rooms/${room}/messages?before=6`)).toMatchObject({
    covers: [6, 5],
    messages: [],
    more: false,
  })
  expect(await get<Page>(grace, `/rooms/${room}/messages?around=3&limit=4`)).toMatchObject({ covers: [6, 7] })
  expect(await get<Page>(grace, `/rooms/${room}/messages?after=0&limit=3`)).toMatchObject({ covers: [6, 8] })
  expect((await get<Pins>(grace, `/rooms/${room}/pins`)).messages).toEqual(messages([9]))
  expect((await get<MediaPage>(grace, `/rooms/${room}/media?kind=link`)).items.at(-1)?.seq).toBe(6)
  const changes = await get<ChangesPage>(grace, `/rooms/${room}/changes?since=4&from=${first}`)
  expect(Math.min(...seqsOf(changes))).toBe(6)
  for (const path of ['messages/5', 'messages/5/info']) await get(grace, `/rooms/${room}/${path}`, 404)
  expect(await get<OneMessage>(grace, `/rooms/${room}/messages/6`)).toMatchObject({ message: { seq: 6 } })
  expect((await get<Page>(ada, `/rooms/${room}/messages`)).covers[0]).toBe(1)

  const reader = await connect(grace, room)
  expect(Math.min(...seqsOf(await reader.hello(nothing)))).toBe(6)
  const { epoch } = (await (await connect(grace, room)).hello(nothing)).welcome
  expect(Math.min(...seqsOf(await reader.hello({ epoch, since: 1, from: 1 })))).toBe(6)
  client.send({ t: 'edit', id: freshId(), seq: 2, text: 'changed', mentions: [] })
  await post(client, 'after the change')
  await reader.until(() => reader.frames.some((frame) => JSON.stringify(frame).includes('after the change')))
  expect(JSON.stringify(reader.frames)).not.toContain('changed')
})

test('[HIS5] one message is read by its place; what is no message is not there', async () => {
  const [ada, linus] = [await signUp('Ada'), await signUp('Linus')]
  const room = await roomOf(ada)
  const client = await enter(ada, room)
  const seq = await post(client, 'a place to come back to')
  client.send({ t: 'react', id: freshId(), seq, emoji: '👍', on: true })
  const gone = await post(client, 'not for long')
  client.send({ t: 'delete', id: freshId(), seq: gone })
  await client.next('ack')

  expect(await get<OneMessage>(ada, `/rooms/${room}/messages/${seq}`)).toMatchObject({
    message: { seq, text: 'a place to come back to', reactions: [{ emoji: '👍', count: 1 }] },
  })
  expect(await get<OneMessage>(ada, `/rooms/${room}/messages/${gone}`)).toMatchObject({
    message: { seq: gone, text: '', deleted: { by: ada.id } },
  })
  for (const nowhere of [seq + 1, 10_000]) {
    expect(await get(ada, `/rooms/${room}/messages/${nowhere}`, 404)).toMatchObject({ type: '/problems/not_found' })
  }
  await get(linus, `/rooms/${room}/messages/${seq}`, 404)
  await get(ada, `/rooms/${room}/messages/0`, 400)
})

test('[HIS5] who got a message and who has read it is told at once, before and after Postgres hears of it', async () => {
  const [ada, grace, linus] = [await signUp('Ada'), await signUp('Grace'), await signUp('Linus')]
  const room = await roomOf(ada, grace, linus)
  const client = await enter(ada, room)
  const info = async (person: Person, seq: number) => {
    const { receipts } = await get<MessageInfo>(person, `/rooms/${room}/messages/${seq}/info`)
    return receipts.map(({ name, delivered, read }) => [name, delivered, read])
  }
  await gate('lost')
  const seq = await post(client, 'who has it?')
  await gate('open')
  const nobody = [
    ['Grace', false, false],
    ['Linus', false, false],
  ]
  expect(await info(ada, seq)).toEqual(nobody)
  const reader = await enter(grace, room)
  reader.send({ t: 'mark', delivered: seq, read: seq })
  const other = await enter(linus, room)
  other.send({ t: 'mark', delivered: seq, read: 0 })
  await client.until(() => JSON.stringify(client.frames).includes(`"read":${seq}`))
  const known = [
    ['Grace', true, true],
    ['Linus', true, false],
  ]
  await vi.waitFor(async () => expect(await info(ada, seq)).toEqual(known))
  await flushed(room)
  expect(await info(grace, seq)).toEqual(known)
  const { receipts } = await get<MessageInfo>(ada, `/rooms/${room}/messages/${seq}/info`)
  expect(receipts.find(({ person }) => person === grace.id)?.readAt).toEqual(expect.any(Number))
})

test('[HIS5] [RCP1] in a direct room whose people keep their reading to themselves nobody has read', async () => {
  const [ada, grace] = [await signUp('Ada'), await signUp('Grace')]
  const room = await directRoom(ada.id, grace.id, true)
  const seq = await post(await enter(ada, room), 'seen?')
  const reader = await enter(grace, room)
  reader.send({ t: 'mark', delivered: seq, read: seq })
  await flushed(room)
  for (const person of [ada, grace]) {
    const { receipts } = await get<MessageInfo>(person, `/rooms/${room}/messages/${seq}/info`)
    expect(receipts).toMatchObject([{ person: grace.id, read: false, readAt: null }])
  }
})

test('[HIS6] what a room shares is listed newest first, by kind and page by page', async () => {
  const ada = await signUp('Ada')
  const room = await roomOf(ada)
  await enter(ada, room)
  const file = (mime: string) => ({ attachments: [{ id: freshId(), name: 'one', mime, bytes: 1 }] })
  await longAgo(room, ada.id, 3, file('image/png'))
  await longAgo(room, ada.id, 2, file('application/pdf'))
  await longAgo(room, ada.id, 1, file('video/mp4'))
  await longAgo(room, ada.id, 2, { text: 'see https://example.org' })
  await longAgo(room, ada.id, 2)
  await flushed(room)
  const media = (query: string) => get<MediaPage>(ada, `/rooms/${room}/media?${query}`)
  const seqs = async (query: string) => (await media(query)).items.map(({ seq }) => seq)

  expect(await seqs('')).toEqual([6, 3, 2, 1])
  expect(await seqs('kind=file')).toEqual([5, 4])
  expect(await seqs('kind=link')).toEqual([8, 7])
  expect(await seqs('kind=audio')).toEqual([])
  const pages: number[][] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: MediaPage = await media(`kind=image&limit=2${cursor && `&cursor=${cursor}`}`)
    pages.push(page.items.map(({ seq }) => seq))
    cursor = page.next
  }
  expect(pages).toEqual([[3, 2], [1]])
  await get(ada, `/rooms/${room}/media?kind=wheels`, 400)
  await get(ada, `/rooms/${room}/media?cursor=nonsense`, 400)
})
