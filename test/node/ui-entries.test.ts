import { describe, expect, test } from 'vitest'
import { entriesOf, isFromOthersAfter } from '../../web/src/room/entries.ts'
import { news } from '../../web/src/room/news.ts'
import type { Row } from '../../web/sync/types.ts'

const ada = 'ada'
const grace = 'grace'
const noon = new Date(2026, 10, 23, 12).getTime()
const minute = 60_000

function posted(seq: number, by: string | null, at: number, source: string | null = null): Row {
  return {
    state: 'confirmed',
    key: `m${seq}`,
    message: {
      seq,
      rev: seq,
      id: `m${seq}`,
      at,
      by,
      text: `message ${seq}`,
      replyTo: null,
      mentions: [],
      source: source === null ? null : { name: source, source: 'whatsapp' },
      system: null,
    },
  }
}

function joined(seq: number, at: number): Row {
  const row = posted(seq, null, at)
  if (row.state !== 'confirmed') return row
  return {
    ...row,
    message: { ...row.message, text: '', system: { kind: 'member_joined', person: grace, name: 'Grace' } },
  }
}

function pending(key: string, at: number): Row {
  return { state: 'pending', key, text: 'on my way', at, replyTo: null, since: at }
}

/** First and last of each group, as brackets around the keys. */
function groups(rows: Row[]): string {
  return entriesOf(rows, ada, null)
    .map(({ key, first, last }) => `${first ? '[' : ''}${key}${last ? ']' : ''}`)
    .join(' ')
}

describe('groups', () => {
  test('messages of one author within five minutes are one group', () => {
    const rows = [
      posted(1, grace, noon),
      posted(2, grace, noon + 5 * minute),
      posted(3, grace, noon + 10 * minute + 1),
      posted(4, ada, noon + 11 * minute),
    ]
    expect(groups(rows)).toBe('[m1 m2] [m3] [m4]')
  })

  test('a system row stands between two groups', () => {
    expect(groups([posted(1, grace, noon), joined(2, noon), posted(3, grace, noon)])).toBe('[m1] [m2] [m3]')
  })

  test('what I have not sent yet joins my last group', () => {
    expect(groups([posted(1, ada, noon), pending('p', noon + minute)])).toBe('[m1 p]')
  })

  test('imported authors are told apart by their names', () => {
    const rows = [posted(1, null, noon, 'Käthe'), posted(2, null, noon, 'Käthe'), posted(3, null, noon, 'Otto')]
    expect(groups(rows)).toBe('[m1 m2] [m3]')
  })

  test('a gap breaks a group', () => {
    const gap: Row = { state: 'gap', key: 'gap', after: 1, before: 9 }
    expect(groups([posted(1, grace, noon), gap, posted(9, grace, noon)])).toBe('[m1] [gap] [m9]')
  })

  test('a new day begins a new group under its divider', () => {
    const midnight = new Date(2026, 10, 24).getTime()
    const entries = entriesOf([posted(1, grace, midnight - 1), posted(2, grace, midnight)], ada, null)
    expect(entries.map(({ first, day }) => ({ first, day }))).toEqual([
      { first: true, day: midnight - 1 },
      { first: true, day: midnight },
    ])
  })
})

describe('the unread divider', () => {
  const rows = [posted(1, grace, noon), posted(2, ada, noon), posted(3, grace, noon), posted(4, grace, noon)]
  const divided = (unread: { after: number; upTo: number }) =>
    entriesOf(rows, ada, unread).flatMap(({ key, unread: count }) => (count === null ? [] : [[key, count]]))

  test('stands above the first message of another person behind my read mark', () => {
    expect(divided({ after: 1, upTo: 4 })).toEqual([['m3', 2]])
  })

  test('does not appear for what came after the room was opened', () => {
    expect(divided({ after: 4, upTo: 4 })).toEqual([])
    expect(divided({ after: 3, upTo: 3 })).toEqual([])
  })
})

test('only messages of others count as unread, and as news', () => {
  const rows = [
    posted(1, grace, noon),
    posted(2, ada, noon),
    joined(3, noon),
    posted(4, grace, noon),
    pending('p', noon),
  ]
  expect(rows.map((row) => isFromOthersAfter(row, ada, 0))).toEqual([true, false, false, true, false])
  expect(news(rows, ada, 1).map(({ seq }) => seq)).toEqual([4])
})
