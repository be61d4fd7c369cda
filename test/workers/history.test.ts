import { expect, test } from 'vitest'
import type { Page, Pins } from '../../protocol/api.ts'
import type { FoundMessages } from '../../protocol/endpoints/search.ts'
import type { MediaPage, MessageInfo, OneMessage } from '../../protocol/endpoints/messages.ts'
import { enter, post } from './support/client.ts'
import { flushed } from './support/objects.ts'
import { bodyOf, request, roomOf, signUp, type Person } from './support/people.ts'

async function get<T>(person: Person, path: string, status = 200): Promise<T> {
  return await bodyOf<T>(await request(person, 'GET', path), status)
}

test('[HIS3] a page lies before, after or around a seq and says what it covers and what there is on both sides', async () => {
  const ada = await signUp('Ada')
  const room = await roomOf(ada)
  const client = await enter(ada, room)
  for (let i = 1; i <= 10; i++) await post(client, `message ${i}`)
  const page = async (query: string) => {
    const { covers, messages, more, moreAfter, asOf } = await get<Page>(ada, `/rooms/${room}/messages?${query}`)
    return { covers, seqs: messages.map(({ seq }) => seq), more, moreAfter, asOf }
  }
  expect(await page('around=5&limit=4')).toEqual({
    covers: [3, 6],
    seqs: [3, 4, 5, 6],
    more: true,
    moreAfter: true,
    asOf: 10,
  })
  expect(await page('after=6&limit=4')).toEqual({
    covers: [7, 10],
    seqs: [7, 8, 9, 10],
    more: true,
    moreAfter: false,
    asOf: 10,
  })
  expect(await page('after=6&limit=3')).toMatchObject({ covers: [7, 9], moreAfter: true })
  expect(await page('before=4&limit=9')).toEqual({
    covers: [1, 3],
    seqs: [1, 2, 3],
    more: false,
    moreAfter: true,
    asOf: 10,
  })
  expect(await page('around=99&limit=4')).toMatchObject({ covers: [8, 10], seqs: [8, 9, 10] })
  expect(await page('after=99')).toMatchObject({ covers: [11, 10], seqs: [] })
  await get(ada, `/rooms/${room}/messages?before=3&after=1`, 400)
})

test('[SRC4] a search finds what was written, with the places of its words, and so do media, one message, people and rooms', async () => {
  const [ada, grace] = [await signUp('Ada'), await signUp('Grace')]
  const room = await roomOf(ada, grace)
  const client = await enter(ada, room)
  const seq = await post(client, '我家在上海东边。 the engine https://example.org')
  await flushed(room)
  const found = await get<FoundMessages>(grace, `/search/messages?q=${encodeURIComponent('上海')}`)
  expect(found).toEqual({
    items: [
      expect.objectContaining({
        room,
        name: 'Ada',
        blocked: false,
        snippet: { text: '我家在上海东边。 the engine https://example.org', ranges: [[3, 5]] },
      }),
    ],
    next: null,
    problems: [],
  })
  expect((await get<MediaPage>(grace, `/rooms/${room}/media?kind=link`)).items.map((one) => one.seq)).toEqual([seq])
  expect((await get<OneMessage>(grace, `/rooms/${room}/messages/${seq}`)).message.seq).toBe(seq)
  expect((await get<MessageInfo>(ada, `/rooms/${room}/messages/${seq}/info`)).receipts).toEqual([
    expect.objectContaining({ person: grace.id, read: false }),
  ])
  await get<Pins>(ada, `/rooms/${room}/pins`)
  expect(await get(ada, `/search/people?q=gra`)).toMatchObject({
    items: expect.arrayContaining([expect.objectContaining({ id: grace.id })]),
  })
  expect(await get(ada, `/search/rooms?q=engine`)).toMatchObject({
    items: expect.arrayContaining([expect.objectContaining({ id: room })]),
  })
  expect(await get(ada, `/search/messages?q=${encodeURIComponent('from:me has:link -nothing')}`)).toMatchObject({
    items: [{ room }],
  })
})
