import { describe, expect, test } from 'vitest'
import { turned, type Divider, type Turn } from '../../web/src/room/divider.ts'
import { entriesOf } from '../../web/src/room/entries.ts'
import { skipsUnread } from '../../web/src/room/skips-unread.ts'
import type { Row } from '../../web/sync/types.ts'

const ada = 'ada'
const grace = 'grace'
const nowhere: Divider = { unread: null, running: false }

function arrived(turn: Partial<Turn & { kind: 'arrived' }>): Turn {
  return { kind: 'arrived', before: 10, upTo: 11, read: 10, caughtUp: true, watched: true, ...turn }
}

function after(...turns: Turn[]): Divider['unread'] {
  return turns.reduce(turned, nowhere).unread
}

describe('[AC-29] the divider', () => {
  const opening: Turn = { kind: 'opening', after: 7, upTo: 10 }

  test('[AC-29] stands where the room was opened, whatever comes while it is watched', () => {
    expect(after(opening, arrived({}), arrived({ before: 11, upTo: 12 }))).toEqual({ after: 7, upTo: 10 })
  })

  test('[AC-29] moves to the first message that comes unwatched when everything before was read, and counts the run', () => {
    const first = arrived({ watched: false })
    const second = arrived({ before: 11, upTo: 12, watched: false, caughtUp: false })
    expect(after(opening, first)).toEqual({ after: 10, upTo: 11 })
    expect(after(opening, first, second)).toEqual({ after: 10, upTo: 12 })
  })

  test('[AC-29] does not move to a message that comes unwatched while others are still unread', () => {
    expect(after(opening, arrived({ watched: false, read: 8, caughtUp: false }))).toEqual({ after: 7, upTo: 10 })
  })

  test('[AC-29] ends its run when someone watches: the next message counts no more', () => {
    const run = arrived({ watched: false })
    const seen = arrived({ before: 11, upTo: 12 })
    const later = arrived({ before: 12, upTo: 13, read: 11, caughtUp: false, watched: false })
    expect(after(opening, run, seen, later)).toEqual({ after: 10, upTo: 11 })
  })

  test('[AC-29] goes when I write, and comes back with the next run', () => {
    expect(after(opening, { kind: 'sent' })).toBeNull()
    expect(after(opening, { kind: 'sent' }, arrived({ before: 11, upTo: 12, watched: false }))).toEqual({
      after: 11,
      upTo: 12,
    })
  })

  test('[AC-29] stands at what I marked as unread', () => {
    expect(after(opening, { kind: 'marked', from: 4, upTo: 10 })).toEqual({ after: 3, upTo: 10 })
  })
})

function row(seq: number, by: string, facts: object = {}): Row {
  const message = { seq, rev: seq, id: `m${seq}`, at: seq, by, text: `${seq}`, replyTo: null, mentions: [] }
  return { state: 'confirmed', key: `m${seq}`, message: { ...message, source: null, system: null, ...facts } }
}

describe('[AC-20] what is in view skips unread messages', () => {
  const skips = (rows: Row[], first: number, read: number, older: 'more' | 'none' = 'none') =>
    skipsUnread(entriesOf(rows, ada, null), first, read, ada, older)
  const rows = [row(1, grace), row(2, grace), row(3, ada), row(4, grace), row(5, grace)]

  test('[AC-20] when one of another stands between what was read and the first in view', () => {
    expect(skips(rows, 5, 2)).toBe(true)
    expect(skips(rows, 4, 2)).toBe(false)
    expect(skips(rows, 2, 4)).toBe(false)
  })

  test('[AC-20] when a deleted message is all that stands between, it skips nothing', () => {
    expect(skips([row(1, grace), row(2, grace, { deleted: { at: 9, by: grace } }), row(3, grace)], 3, 1)).toBe(false)
  })

  test('[AC-20] when what stands between is not loaded', () => {
    const gap: Row = { state: 'gap', key: 'gap', after: 5, before: 90 }
    expect(skips([...rows, gap, row(90, grace)], 90, 5)).toBe(true)
    expect(skips([row(90, grace)], 90, 5, 'more')).toBe(true)
    expect(skips([row(90, grace)], 90, 89, 'more')).toBe(false)
    expect(skips([row(90, grace)], 90, 5, 'none')).toBe(false)
  })
})
