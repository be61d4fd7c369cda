import { describe, expect, test } from 'vitest'
import type { Message } from '../../protocol/message.ts'
import {
  applyAck,
  applyChanges,
  applyPage,
  applyReset,
  createRows,
  cursor,
  emptyTimeline,
  newest,
  position,
  rowsOf,
  type Timeline,
} from '../../web/sync/timeline.ts'
import type { Row } from '../../web/sync/types.ts'
import { ada, message, messages } from './sync-support/people.ts'

const held = applyChanges(emptyTimeline, { covers: [1, 5], messages: messages(1, 5) }, 1)
const mine = message(6, { by: ada, text: 'mine' })
const waiting: Row = { state: 'pending', key: mine.id, text: 'mine', at: 6, replyTo: null, since: 6 }

const ways: Record<string, (timeline: Timeline) => Timeline> = {
  ack: (timeline) => applyAck(timeline, mine),
  broadcast: (timeline) => applyChanges(timeline, { covers: [6, 6], messages: [mine] }, 1),
  history: (timeline) => applyPage(timeline, { covers: [1, 6], messages: [...messages(1, 5), mine], more: false }),
}

function orders<T>(items: T[]): T[][] {
  if (items.length < 2) return [items]
  return items.flatMap((item) => orders(items.filter((other) => other !== item)).map((rest) => [item, ...rest]))
}

describe('the timeline', () => {
  test.each(orders(Object.keys(ways)))('[AC-14] %s, then %s, then %s: one row, under the same key', (...order) => {
    let timeline = held
    for (const way of order) {
      timeline = ways[way]!(timeline)
      const rows = rowsOf(timeline, [waiting])
      expect(rows.map(({ key }) => key)).toEqual([...messages(1, 5), mine].map(({ id }) => id))
      expect(rows.at(-1)).toEqual({ state: 'confirmed', key: mine.id, message: mine })
    }
  })

  test('[RES5] [AC-07] two sides of a hole are never joined: a gap row stands between them', () => {
    const timeline = applyChanges(held, { covers: [8, 9], messages: messages(8, 9) }, 1)
    const states = rowsOf(timeline, []).map((row) => (row.state === 'confirmed' ? row.message.seq : row))
    expect(states).toEqual([1, 2, 3, 4, 5, { state: 'gap', key: 'gap:5', after: 5, before: 8 }, 8, 9])
  })

  test('[AC-07] a page fills the hole', () => {
    const holed = applyChanges(held, { covers: [8, 9], messages: messages(8, 9) }, 1)
    const whole = applyPage(holed, { covers: [4, 7], messages: messages(4, 7), more: true })
    expect(rowsOf(whole, []).map(({ key }) => key)).toEqual(messages(1, 9).map(({ id }) => id))
    expect(cursor(whole)).toBe(9)
  })

  test('[RES1] a seq inside a covered range without a message is final, not a gap', () => {
    const timeline = applyChanges(held, { covers: [6, 900], messages: [message(900)] }, 1)
    expect(rowsOf(timeline, []).every((row) => row.state === 'confirmed')).toBe(true)
    expect(cursor(timeline)).toBe(900)
  })

  test('[AC-09] the cursor does not come from the newest message', () => {
    const timeline = applyAck(held, message(9, { by: ada }))
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

  test('an ack of long ago belongs to history that is not loaded', () => {
    const late = applyChanges(emptyTimeline, { covers: [100, 105], messages: messages(100, 105) }, 1)
    expect(applyAck(late, message(12, { by: ada }))).toBe(late)
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
    })
  })

  test('rows stay the same array while nothing in them changes', () => {
    const rows = createRows()
    expect(rows(held, [waiting])).toBe(rows(held, [waiting]))
    expect(rows(held, [])).not.toBe(rows(held, [waiting]))
  })
})
