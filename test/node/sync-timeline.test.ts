import { describe, expect, test } from 'vitest'
import type { Message } from '../../protocol/message.ts'
import { createRows } from '../../web/sync/rows.ts'
import {
  applyChanges,
  applyFacts,
  applyPage,
  applyReset,
  cursor,
  emptyTimeline,
  newest,
  position,
  type Timeline,
} from '../../web/sync/timeline.ts'
import type { Row } from '../../web/sync/types.ts'
import { ada, grace, message, messages } from './sync-support/people.ts'

const held = applyChanges(emptyTimeline, { covers: [1, 5], messages: messages(1, 5) }, 1)
const mine = message(6, { by: ada, text: 'mine' })
const waiting: Row = { state: 'pending', key: mine.id, text: 'mine', at: 6, replyTo: null, since: 6 }

function rowsOf(timeline: Timeline, waiting: readonly Row[], now = 0): readonly Row[] {
  return createRows(ada).rows({ timeline, waiting, pending: new Map(), now })
}

describe('the timeline', () => {
  test('[RES5] [AC-07] two sides of a hole are never joined: a gap row stands between them', () => {
    const timeline = applyChanges(held, { covers: [8, 9], messages: messages(8, 9) }, 1)
    const states = rowsOf(timeline, []).map((row) => (row.state === 'confirmed' ? row.message.seq : row))
    expect(states).toEqual([1, 2, 3, 4, 5, { state: 'gap', key: 'gap:5', after: 5, before: 8 }, 8, 9])
  })

  test('[RES5] [AC-03] a page fills no hole: it knows nothing of what happened in there to what is held', () => {
    const holed = applyChanges(held, { covers: [8, 9], messages: messages(8, 9) }, 1)
    const paged = applyPage(holed, { covers: [4, 7], messages: messages(4, 7), more: true })
    expect(paged.messages.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 8, 9])
    expect(cursor(paged)).toBe(5)
  })

  test('[HIS1] a page that overlaps what is held adds what is below it', () => {
    const late = applyChanges(emptyTimeline, { covers: [100, 105], messages: messages(100, 105) }, 1)
    const paged = applyPage(late, { covers: [95, 101], messages: messages(95, 101), more: true })
    expect([paged.covered, paged.messages.map(({ seq }) => seq)]).toEqual([
      [[95, 105]],
      messages(95, 105).map(({ seq }) => seq),
    ])
  })

  test('[RES4] the state of a message that is not held is left out: around it nothing is known', () => {
    const late = applyChanges(emptyTimeline, { covers: [100, 105], messages: messages(100, 105) }, 1)
    const after = applyChanges(late, { covers: [106, 106], messages: [message(7, { rev: 106 })] }, 1)
    expect([after.covered, after.messages.length]).toEqual([[[100, 106]], 6])
  })

  test('[RES1] a seq inside a covered range without a message is final, not a gap', () => {
    const timeline = applyChanges(held, { covers: [6, 900], messages: [message(900)] }, 1)
    expect(rowsOf(timeline, []).every((row) => row.state === 'confirmed')).toBe(true)
    expect(cursor(timeline)).toBe(900)
  })

  test('[AC-09] the cursor does not come from the newest message', () => {
    const timeline = applyChanges(held, { covers: [9, 9], messages: [message(9, { by: ada })] }, 1)
    expect(timeline.messages.at(-1)?.seq).toBe(9)
    expect(position(timeline)).toEqual({ epoch: 1, since: 5, from: 1 })
  })

  test('[RES4] a message is taken when its rev is higher, wherever it comes from and in whatever order', () => {
    const edited = message(3, { rev: 7, text: 'edited' })
    const after = (...batches: Message[][]) =>
      batches.reduce((timeline, batch) => applyChanges(timeline, { covers: [6, 7], messages: batch }, 1), held)
    const both = [after([edited], [message(3)]), after([message(3)], [edited])]
    for (const timeline of both) expect(timeline.messages.find(({ seq }) => seq === 3)).toEqual(edited)
  })

  test('[RES2] a reset drops the window and leaves what waits', () => {
    const timeline = applyReset(2)
    expect(rowsOf(timeline, [waiting])).toEqual([waiting])
    expect(position(timeline)).toEqual({ epoch: null, since: 0, from: 0 })
  })

  test('a page of another window is left out', () => {
    const late = applyChanges(emptyTimeline, { covers: [100, 105], messages: messages(100, 105) }, 1)
    expect(applyPage(late, { covers: [1, 50], messages: messages(1, 50), more: false })).toBe(late)
  })

  test('a room whose log is empty stands above its history', () => {
    const bare = applyChanges(emptyTimeline, { covers: [8, 7], messages: [] }, 3)
    expect(position(bare)).toEqual({ epoch: 3, since: 7, from: 8 })
    const paged = applyPage(bare, { covers: [1, 7], messages: messages(1, 7), more: false })
    expect({ cursor: cursor(paged), atStart: paged.atStart }).toEqual({ cursor: 7, atStart: true })
  })

  test('the newest messages keep what is covered among them', () => {
    const timeline = applyChanges(held, { covers: [8, 9], messages: messages(8, 9) }, 1)
    expect(newest(timeline, 3)).toEqual({
      epoch: 1,
      covered: [
        [5, 5],
        [8, 9],
      ],
      messages: [message(5), message(8), message(9)],
      atStart: false,
      facts: { expired: null, erased: [] },
    })
  })

  test('rows stay the same array while nothing in them changes', () => {
    const rows = createRows(ada)
    const source = { timeline: held, waiting: [waiting], pending: new Map(), now: 0 }
    expect(rows.rows(source)).toBe(rows.rows({ ...source, now: 9 }))
    expect(rows.rows(source)).not.toBe(rows.rows({ ...source, waiting: [] }))
  })
})

describe('what touched many messages at once', () => {
  const lasting = message(1)
  const short = message(2, { expiresAt: 900 })
  const shown = applyChanges(emptyTimeline, { covers: [1, 5], messages: [lasting, short] }, 1)
  const gone = { ...message(2), text: '', deleted: { at: 1_000, by: null } }

  test('[EXP1] an expiry holds for what is held and for what comes later with a lower rev', () => {
    const expiry = { rev: 6, at: 1_000 }
    const after = applyChanges(shown, { covers: [6, 6], messages: [], expired: expiry }, 1)
    expect(after.messages).toEqual([lasting, gone])
    const late = applyChanges(emptyTimeline, { covers: [4, 6], messages: [], expired: expiry }, 1)
    expect(applyPage(late, { covers: [1, 3], messages: [lasting, short], more: false }).messages).toEqual([
      lasting,
      gone,
    ])
    const newer = message(2, { rev: 7, expiresAt: 900 })
    expect(applyPage(late, { covers: [2, 3], messages: [newer], more: true }).messages).toEqual([newer])
  })

  test('[EXP1] [RES4] of two expiries that come together a message keeps the one that took it out', () => {
    const before = applyChanges(emptyTimeline, { covers: [4, 5], messages: [message(4, { expiresAt: 900 })] }, 1)
    const state = message(4, { rev: 6, text: '', deleted: { at: 1_000, by: null } })
    const chunk = { covers: [6, 7] as const, messages: [state], expired: { rev: 7, at: 2_000 } }
    expect(applyChanges(before, chunk, 1).messages).toEqual([state])
  })

  test('[EXP1] at its time a message is shown as gone, whatever was heard, and stays what it was underneath', () => {
    const rows = createRows(ada)
    const source = { timeline: shown, waiting: [], pending: new Map() }
    const deleted = () => rows.rows({ ...source, now }).map((row) => row.state === 'confirmed' && row.message.deleted)
    let now = 899
    expect([deleted(), rows.expiresNext()]).toEqual([[undefined, undefined], 900])
    now = 900
    expect([deleted(), rows.expiresNext()]).toEqual([[undefined, { at: 900, by: null }], null])
    expect(shown.messages).toEqual([lasting, short])
  })

  test('[ERA1] [RES4] an erasure that is heard of first hides no edit that came before it', () => {
    const held = applyChanges(emptyTimeline, { covers: [1, 2], messages: [message(2, { by: ada })] }, 1)
    const welcomed = applyFacts(held, { erased: [{ seq: 9, at: 90, person: ada, mode: 'keep' }] })
    const edited = message(2, { by: ada, rev: 5, text: 'edited' })
    const caughtUp = applyChanges(welcomed, { covers: [3, 5], messages: [edited] }, 1)
    expect(caughtUp.messages).toEqual([{ ...edited, by: null }])
    const touched = { ...edited, by: null, rev: 9 }
    expect(applyChanges(caughtUp, { covers: [6, 9], messages: [touched] }, 1).messages).toEqual([touched])
  })

  test.each(['keep', 'erase'] as const)(
    '[ERA1] an erased account (%s) is nobody in every state with a lower rev',
    (mode) => {
      const reaction = (people: string[]) => ({ emoji: '👍', count: people.length, people })
      const theirs = message(1, { by: ada, reactions: [reaction([ada, grace])] })
      const others = message(2, { by: grace, reactions: [reaction([ada])] })
      const left = message(3, { by: null, system: { kind: 'member_left', person: ada, name: 'Ada', by: null } })
      const untouched = message(4, { by: grace, reactions: [reaction([grace])] })
      const before = applyChanges(emptyTimeline, { covers: [1, 4], messages: [theirs, others, left, untouched] }, 1)
      const after = applyFacts(before, { erased: [{ seq: 9, at: 90, person: ada, mode }] })
      const { reactions: _none, ...bare } = others
      const kept = { ...theirs, by: null, reactions: [reaction([grace])] }
      const { reactions: _gone, ...emptied } = { ...kept, text: '', deleted: { at: 90, by: null } }
      expect(after.messages).toEqual([
        mode === 'keep' ? kept : emptied,
        bare,
        { ...left, system: { kind: 'member_left', person: ada, name: '', by: null } },
        untouched,
      ])
    },
  )
})
