import { describe, expect, test } from 'vitest'
import type { RoomLine } from '../../protocol/inbox.ts'
import { notable, type Reader, type Told } from '../../web/sync/inbox/notable.ts'
import { asSet, lineOf, roomOf } from './sync-support/model-inbox.ts'
import { ada, grace } from './sync-support/people.ts'

const reader: Reader = { me: ada, front: null, now: Date.UTC(2026, 10, 1, 12) }

function told(rooms: RoomLine[], more: Partial<Told> = {}): Told {
  return { rooms, state: 'known', status: { show: 'available', custom: null }, settings: asSet, ...more }
}

/** The line after another message. */
function withNews(line: RoomLine, more: Partial<RoomLine> = {}, by = grace): RoomLine {
  const seq = line.head + 1
  const last = { seq, at: seq, by, name: 'Grace', text: 'news' }
  return { ...line, head: seq, unread: line.unread + 1, last, lastAt: seq, ...more }
}

const shown = (before: Told, after: Told, who = reader) => notable(before, after, who).show.map(({ name }) => name)

describe('what a page tells of', () => {
  test('[AC-32] [NOT10] news in a room, once per room; what did not change is no news', () => {
    const [one, other] = [lineOf(1), lineOf(2)]
    const before = told([one, other])
    const twice = withNews(withNews(one))
    expect(notable(before, told([twice, other]), reader)).toEqual({ show: [twice], close: [] })
    expect(shown(before, told([{ ...one, name: 'Renamed' }, other]))).toEqual([])
    expect(shown(told([], { state: 'unknown' }), told([one]))).toEqual([])
  })

  test('[NOT10] a message of one’s own, an edit and a mark as unread are no news', () => {
    const line = lineOf(1)
    const before = told([line])
    expect(shown(before, told([withNews(line, {}, ada)]))).toEqual([])
    expect(shown(before, told([{ ...line, head: 4, last: { ...line.last!, text: 'edited' } }]))).toEqual([])
    expect(shown(before, told([{ ...line, unreadFrom: 1, unread: 9 }]))).toEqual([])
  })

  test('[NOT10] the room in front of the reader is not told of', () => {
    const line = lineOf(1)
    expect(shown(told([line]), told([withNews(line)]), { ...reader, front: roomOf(1) })).toEqual([])
  })

  test('[NOT1] [NOT10] muted rooms, other levels, do-not-disturb and quiet hours are kept', () => {
    const tells = (preferences: Partial<RoomLine>, more: Partial<Told> = {}, mentions = 0) => {
      const line = { ...lineOf(1), ...preferences }
      return shown(told([line], more), told([withNews(line, { mentions })], more)).length === 1
    }
    const quietHours = { from: 11 * 60, to: 13 * 60, timeZone: 'UTC', days: [0, 1, 2, 3, 4, 5, 6] }
    expect([
      tells({ mutedUntil: reader.now + 1 }),
      tells({ mutedUntil: reader.now }),
      tells({ level: 'nothing' }),
      tells({ level: 'mentions' }),
      tells({ level: 'mentions' }, {}, 1),
      tells({}, { status: { show: 'busy', custom: null } }),
      tells({}, { settings: { ...asSet, quietHours } }),
      tells({}, { settings: null }),
    ]).toEqual([false, true, false, false, true, false, false, true])
  })

  test('[AC-32] [NOT11] what was read on another device closes its notification, and so does a room that is gone', () => {
    const [one, other] = [lineOf(1), lineOf(2)]
    const read = { ...one, read: 3, unread: 0 }
    expect(notable(told([one, other]), told([read]), reader)).toEqual({ show: [], close: [roomOf(1), roomOf(2)] })
    expect(notable(told([one]), told([withNews(one, { read: 4, unread: 0 })]), reader)).toEqual({
      show: [],
      close: [roomOf(1)],
    })
  })
})
