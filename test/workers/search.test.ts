import { afterEach, expect, test, vi } from 'vitest'
import type { OneMessage } from '../../protocol/endpoints/messages.ts'
import type { FoundPerson, FoundRoom } from '../../protocol/endpoints/people.ts'
import type { FoundMessages } from '../../protocol/endpoints/search.ts'
import { limits } from '../../protocol/limits.ts'
import { enter, post } from './support/client.ts'
import { gate } from './support/database.ts'
import { flushed } from './support/objects.ts'
import { bodyOf, request, roomOf, signUp, signUpAfresh, type Person } from './support/people.ts'

afterEach(async () => {
  vi.restoreAllMocks()
  await gate('open')
})

async function get<T>(person: Person, path: string, query: Record<string, string>, status = 200): Promise<T> {
  return await bodyOf<T>(await request(person, 'GET', `${path}?${new URLSearchParams(query)}`), status)
}

async function found(person: Person, query: Record<string, string>): Promise<FoundMessages> {
  return await get<FoundMessages>(person, '/search/messages', query)
}

test('[SRC4] [AC-21] a result is the whole message with its room, its author and the places of the words', async () => {
  const [ada, grace] = [await signUp('Ada'), await signUp('Grace')]
  const room = await roomOf(ada, grace)
  const client = await enter(ada, room)
  const seq = await post(client, '我家在上海东边。')
  await post(client, 'Привет, <b>мир</b>')
  await flushed(room)

  expect(await found(grace, { q: '上海', room })).toEqual({
    items: [
      {
        ...{ room, roomName: 'Analytical engines', roomType: 'group', name: 'Ada', blocked: false },
        message: (await get<OneMessage>(grace, `/rooms/${room}/messages/${seq}`, {})).message,
        snippet: { text: '我家在上海东边。', ranges: [[3, 5]] },
      },
    ],
    next: null,
    problems: [],
  })
  expect((await found(grace, { q: 'привет', room })).items.map(({ snippet }) => snippet)).toEqual([
    { text: 'Привет, <b>мир</b>', ranges: [[0, 6]] },
  ])
})

test('[SRC1] q and the parameters of developers narrow alike, and what names nobody is said where it stands', async () => {
  const [ada, grace] = [await signUp('Ada'), await signUp('Grace')]
  const room = await roomOf(ada, grace)
  const one = await enter(ada, room)
  const other = await enter(grace, room)
  const first = await post(one, 'the engine')
  const second = await post(other, 'engine and https://example.org')
  await flushed(room)
  const seqs = async (query: Record<string, string>) =>
    (await found(ada, { room, ...query })).items.map(({ message }) => message.seq)

  expect(await seqs({ q: 'engine' })).toEqual([second, first])
  expect(await seqs({ q: 'engine from:me' })).toEqual([first])
  expect(await seqs({ q: 'engine', from: grace.id })).toEqual([second])
  expect(await seqs({ has: 'link' })).toEqual([second])
  expect(await seqs({ q: 'engine', before: '1' })).toEqual([])
  expect(await seqs({ q: 'engine', after: '1' })).toEqual([second, first])
  expect((await found(ada, { q: 'from:@nobody x before:soon', room })).problems).toEqual([
    { kind: 'not_a_day', at: [15, 26] },
    { kind: 'unknown_person', at: [0, 12] },
  ])
  for (const q of ['', '   ', '🎉']) {
    expect(await found(ada, { q })).toEqual({
      items: [],
      next: null,
      problems: [{ kind: 'nothing_to_look_for', at: [0, q.length] }],
    })
  }
})

test('[SRC3] pages are passed on by their cursor, and a cursor of something else is refused', async () => {
  const ada = await signUp('Ada')
  const room = await roomOf(ada)
  const client = await enter(ada, room)
  for (let i = 0; i < 5; i++) await post(client, `shuttle ${i}`)
  await flushed(room)
  const seen: string[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: FoundMessages = await found(ada, { q: 'shuttle', room, limit: '2', ...(cursor && { cursor }) })
    seen.push(...page.items.map(({ message }) => message.text))
    cursor = page.next
  }
  expect(seen).toEqual(['shuttle 4', 'shuttle 3', 'shuttle 2', 'shuttle 1', 'shuttle 0'])
  for (const cursor of ['nonsense', btoa('{"at":1}')]) {
    expect(await get(ada, '/search/messages', { q: 'shuttle', cursor }, 400)).toMatchObject({
      errors: [{ field: 'cursor' }],
    })
  }
})

test('[SRC5] what is searched for has a length, a page a size, and a search an end, each told clearly', async () => {
  const ada = await signUp('Ada')
  const most = 'x'.repeat(limits.searchText)
  expect((await found(ada, { q: most })).items).toEqual([])
  for (const query of [
    { q: `${most}x` },
    { q: 'x\u0000' },
    { q: 'x', limit: `${limits.searchPageMost + 1}` },
    { q: 'x', timeZone: 'Moon/Tranquility' },
    { q: 'x', sort: 'oldest' },
  ]) {
    expect(await get(ada, '/search/messages', query, 400)).toMatchObject({ type: '/problems/invalid_request' })
  }

  // Time is up before anything can be answered.
  const timeout = AbortSignal.timeout.bind(AbortSignal)
  vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) =>
    ms === limits.searchMs ? AbortSignal.abort(new DOMException('Time is up.', 'TimeoutError')) : timeout(ms),
  )
  for (const path of ['/search/messages', '/search/people', '/search/rooms']) {
    expect(await get(ada, path, { q: 'engine' }, 504)).toMatchObject({
      type: '/problems/took_too_long',
      detail: expect.stringContaining('Narrow it'),
    })
  }
  vi.restoreAllMocks()
  await gate('slow')
  expect(await get(ada, '/search/messages', { q: 'engine' }, 504)).toMatchObject({ type: '/problems/took_too_long' })
  await gate('shut')
  expect(await get(ada, '/search/messages', { q: 'engine' }, 503)).toMatchObject({ type: '/problems/database_away' })
})

test('[SRC6] [SRC7] people and rooms are found by name, and by two letters at least', async () => {
  // A name that no other test gives anybody, so that it is on the first page.
  const [ada, melitta] = [await signUp('Ada'), await signUpAfresh('Melitta')]
  const room = await roomOf(ada, melitta)
  const people = await get<{ items: FoundPerson[] }>(ada, '/search/people', { q: 'Melit' })
  expect(people.items).toContainEqual({ id: melitta.id, username: null, name: 'Melitta', contact: false })
  const rooms = await get<{ items: FoundRoom[] }>(melitta, '/search/rooms', { q: 'engines' })
  expect(rooms.items).toContainEqual({
    ...{ id: room, type: 'group', name: 'Analytical engines', memberCount: 2, member: true },
    lastMessageAt: expect.any(Number),
  })
  for (const path of ['/search/people', '/search/rooms']) await get(ada, path, { q: ' g ' }, 400)
})
