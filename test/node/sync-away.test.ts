import { describe, expect, test } from 'vitest'
import type { Page } from '../../protocol/api.ts'
import type { Near } from '../../web/sync/away.ts'
import { changes, opened, seen } from './sync-support/opened.ts'
import { message, messages } from './sync-support/people.ts'

/** ada's room of 10,000 messages, of which she holds the newest ten; pages of 50 come from a history that is up to date. */
async function far(history: (near: Near) => Promise<Page> = async (near) => pageOf(near)) {
  const asked: Near[] = []
  const room = opened({
    fetchNear: async (_room, near) => {
      asked.push(near)
      return await history(near)
    },
  })
  await room.live(messages(9_991, 10_000))
  return { ...room, asked }
}

function pageOf(near: Near): Page {
  const from = 'around' in near ? near.around - 25 : 'before' in near ? near.before - 50 : near.after + 1
  const [first, last] = [Math.max(1, from), Math.min(10_000, from + 49, 'before' in near ? near.before - 1 : 10_000)]
  return {
    covers: [first, last],
    messages: messages(first, last),
    more: first > 1,
    moreAfter: last < 10_000,
    asOf: 10_000,
  }
}

const seqs = (rows: readonly { state: string }[]): number[] =>
  (rows as { state: 'confirmed'; message: { seq: number } }[]).map(({ message: { seq } }) => seq)
const upTo = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index)

describe('a window away from the newest messages', () => {
  test('[AC-24] [HIS7] a jump 10,000 messages back asks for one page, and goes on both ways without repeats or holes', async () => {
    const { client, view, asked } = await far()
    expect(await client.show(101)).toBe('shown')
    await client.loadAway('older')
    await client.loadAway('newer')
    expect(seqs(view().away!.rows)).toEqual(upTo(26, 175))
    await client.loadAway('older')
    expect({ older: view().away!.older, first: seqs(view().away!.rows)[0] }).toEqual({ older: 'none', first: 1 })
    expect(asked).toEqual([{ around: 101 }, { before: 76 }, { after: 125 }, { before: 26 }])
  })

  test('[AC-07] the two sides of the hole stay apart until they touch, and are one then', async () => {
    const { client, view } = await far()
    await client.show(9_900)
    expect([seqs(view().away!.rows).at(-1), seqs(view().rows)]).toEqual([9_924, upTo(9_991, 10_000)])
    await client.loadAway('newer')
    await client.loadAway('newer')
    expect([view().away, seqs(view().rows)]).toEqual([null, upTo(9_875, 10_000)])
  })

  test('what happens meanwhile stands with the newest messages, and in the window where it changes one of its own', async () => {
    const { client, link, view } = await far()
    await client.show(101)
    link.say(changes([10_001, 10_002], [message(10_001), { ...message(101), text: 'Changed', rev: 10_002 }]))
    expect(seqs(view().rows).at(-1)).toBe(10_001)
    expect(seqs(view().away!.rows)).toEqual(upTo(76, 125))
    expect(seen(view().away!.rows)).toContain('101 Changed')
  })

  test('whoever comes back after a silence asks for changes from the window on', async () => {
    const { client, link } = await far()
    await client.show(101)
    link.drop()
    link.heard()
    link.open()
    expect(link.heard()).toEqual([{ t: 'hello', v: 5, epoch: 1, since: 10_000, from: 76 }])
  })

  test('a message that is deleted or not there is gone, and the reader stays', async () => {
    const { client, view } = await far(async (near) => {
      const page = pageOf(near)
      return { ...page, messages: page.messages.filter(({ seq }) => seq !== 101) }
    })
    expect([await client.show(101), view().away]).toEqual(['gone', null])
  })

  test('a jump that cannot be loaded says so; a side that cannot be loaded can be asked for again', async () => {
    let away = true
    const { client, view } = await far(async (near) => {
      if (away) throw new Error('away')
      return pageOf(near)
    })
    expect([await client.show(101), view().away]).toEqual(['failed', null])
    away = false
    await client.show(101)
    away = true
    await client.loadAway('newer')
    expect(view().away!.newer).toBe('failed')
    away = false
    await client.loadAway('newer')
    expect(view().away!.newer).toBe('more')
  })

  test('whoever writes is back at the newest messages, and what was asked for the window no longer shows', async () => {
    let answer: (page: Page) => void = () => {}
    const { client, view } = await far((near) =>
      'around' in near ? Promise.resolve(pageOf(near)) : new Promise((resolve) => (answer = resolve)),
    )
    await client.show(101)
    const loading = client.loadAway('newer')
    await client.send('Here I am')
    answer(pageOf({ after: 125 }))
    await loading
    expect([view().away, seqs(view().rows.slice(0, -1))]).toEqual([null, upTo(9_991, 10_000)])
  })
})
