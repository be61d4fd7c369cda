import { expect, test } from 'vitest'
import { ringOf } from '../../web/src/calls/ring-of.ts'
import { columnsFor, focusOf, ordered, perPage } from '../../web/src/meetings/call/layout.ts'
import { openTeller } from '../../web/src/meetings/call/speech.ts'
import { heldThere, instantOf, lasting, repeatsAs, wallClock } from '../../web/src/meetings/when.ts'
import { isNews } from '../../web/src/meetings/call/unread.ts'
import { addressesIn } from '../../web/src/meetings/plan/addresses.ts'
import { askedFor, replans, scheduleOf, weekdayOf, type AskedFor } from '../../web/src/meetings/plan/asked-for.ts'
import { handClock } from './sync-support/hand-clock.ts'
import type { Tile } from '../../web/src/meetings/call/media.ts'
import type { GuestMessage } from '../../protocol/guest-chat.ts'
import type { Meeting, Repeats } from '../../protocol/meetings.ts'
import type { RoomCall } from '../../protocol/downstream.ts'
import type { Row } from '../../web/sync/types.ts'

const tile = (key: string, more: Partial<Tile> = {}): Tile => ({
  ...{ key, id: key, kind: 'person', own: false, name: key, picture: null, muted: false },
  ...{ speaks: false, spokeAt: 0, quality: null },
  ...more,
})

test('[MTG52] a wall clock and its instant belong together, also around a change of the clocks', () => {
  const zone = 'Europe/Berlin'
  const plain = Date.UTC(2026, 6, 1, 7, 30)
  expect(wallClock(plain, zone)).toEqual({ date: '2026-07-01', time: '09:30' })
  expect(instantOf('2026-07-01', '09:30', zone)).toBe(plain)
  // On 25 October 2026 the hour from two to three comes twice: the first one is meant.
  expect(instantOf('2026-10-25', '02:30', zone)).toBe(Date.UTC(2026, 9, 25, 0, 30))
  // On 29 March 2026 it is skipped: half past two is half past three.
  expect(instantOf('2026-03-29', '02:30', zone)).toBe(Date.UTC(2026, 2, 29, 1, 30))
  expect(instantOf('2026-03-29', '', zone)).toBe(null)
})

test('[MTG52] the meeting’s own time is said where it is another', () => {
  const schedule = { startsAt: Date.UTC(2026, 10, 23, 15), minutes: 45, timeZone: 'America/New_York', repeats: null }
  expect(heldThere(schedule, 'America/Toronto')).toBe(null)
  expect(heldThere(schedule, 'Asia/Tokyo')).toMatch(/^Monday,? 23 November 2026, .*New York time$/)
})

test('how a meeting repeats and how long something took are said in words', () => {
  const weekly = { every: 'week', interval: 2, on: ['MO', 'TH'] } as const
  expect(repeatsAs({ ...weekly, on: [...weekly.on], times: 6 }, 'UTC')).toBe(
    'Every 2 weeks on Monday and Thursday, 6 times',
  )
  expect(repeatsAs({ every: 'day', interval: 1, until: Date.UTC(2026, 11, 24) }, 'UTC')).toBe(
    'Every day, until 24 December 2026',
  )
  expect([12_000, 60_000, 3_600_000, 5_400_000].map(lasting)).toEqual(['12 s', '1 min', '1 h', '1 h 30 min'])
})

test('[MTG53] who speaks out of sight changes places with whoever was silent for longest, and nobody else moves', () => {
  const tiles = [
    tile('me', { own: true }),
    tile('ada', { spokeAt: 30 }),
    tile('grace', { spokeAt: 10 }),
    tile('linus'),
    tile('joan', { speaks: true, spokeAt: 40 }),
  ]
  const before = ['me', 'ada', 'grace', 'linus']
  expect(ordered(tiles, before, 3)).toEqual(['me', 'ada', 'joan', 'linus', 'grace'])
  expect(ordered(tiles.slice(0, 4), before, 3)).toEqual(before)
  // Whoever left makes room; a newcomer stands at the end.
  expect(ordered([tiles[0]!, tiles[3]!, tile('alan')], before, 3)).toEqual(['me', 'linus', 'alan'])
})

test('[MTG53] a page has 16 tiles, 4 where the view is narrow, in the columns that make them largest', () => {
  expect([1_280, 800, 360].map(perPage)).toEqual([16, 9, 4])
  expect(columnsFor(1, 1_280, 640)).toBe(1)
  expect(columnsFor(4, 1_280, 640)).toBe(2)
  expect(columnsFor(16, 1_280, 640)).toBe(4)
  expect(columnsFor(4, 340, 560)).toBe(1)
  // Two people sit side by side where there is width for it, and one above the other on a telephone.
  expect([columnsFor(2, 1_264, 712), columnsFor(2, 344, 600)]).toEqual([2, 1])
})

test('[MTG53] a screen that is shared is large, unless something is pinned; in the speaker’s view who spoke last is', () => {
  const tiles = [tile('me', { own: true, spokeAt: 9 }), tile('ada', { spokeAt: 5 }), tile('grace', { spokeAt: 7 })]
  expect(focusOf(tiles, null, false)).toBe(null)
  expect(focusOf(tiles, null, true)).toBe('grace')
  const shared = [...tiles, tile('ada screen', { kind: 'screen' })]
  expect([focusOf(shared, null, true), focusOf(shared, 'me', true)]).toEqual(['ada screen', 'me'])
})

test('[MTG54] who speaks is told now and then, nobody twice in a row, and who goes on speaking in the end', async () => {
  const clock = handClock()
  const told: string[] = []
  const { hear, close } = openTeller(clock, (name) => told.push(name))
  hear([])
  hear(['Ada', 'Grace'])
  hear(['Ada'])
  expect(told).toEqual(['Ada'])
  hear(['Grace'])
  await clock.turn(4_999)
  expect(told).toEqual(['Ada'])
  await clock.turn(1)
  expect(told).toEqual(['Ada', 'Grace'])
  hear(['Ada'])
  hear([])
  await clock.turn(60_000)
  expect(told).toEqual(['Ada', 'Grace'])
  hear(['Grace', 'Linus'])
  expect(told).toEqual(['Ada', 'Grace', 'Linus'])
  hear(['Ada'])
  close()
  await clock.turn(60_000)
  expect(told).toEqual(['Ada', 'Grace', 'Linus'])
})

const form = {
  ...{ title: '', description: '', room: '', media: 'video', later: true, lobby: 'strangers', mayRecord: 'hosts' },
  ...{ date: '2026-12-01', time: '10:00', minutes: 30, timeZone: 'Europe/Berlin' },
  ...{ repeats: 'never', interval: 1, on: ['TU'], times: '', until: null },
} satisfies AskedFor
const before = Date.UTC(2026, 10, 24)

test('[MTG55] a form asks for a wall clock’s time in the meeting’s zone, and for how it repeats', () => {
  const plain = { startsAt: Date.UTC(2026, 11, 1, 9), minutes: 30, timeZone: 'Europe/Berlin', repeats: null }
  expect(scheduleOf(form, before)).toEqual({ schedule: plain })
  const weekly = { ...form, repeats: 'week', interval: 2, on: ['FR', 'TU'], times: '8' } satisfies AskedFor
  const repeats = { every: 'week', interval: 2, on: ['TU', 'FR'], times: 8 }
  expect(scheduleOf(weekly, before)).toEqual({ schedule: { ...plain, repeats } })
  expect(weekdayOf(form.date)).toBe('TU')
})

test('[MTG55] who changes something else of a meeting plans it not anew, and keeps the end of its repetition', () => {
  const repeats: Repeats = { every: 'week', interval: 1, on: ['TU'], until: Date.UTC(2027, 1, 1) }
  const schedule = { startsAt: Date.UTC(2026, 9, 6, 8), minutes: 30, timeZone: 'Europe/Berlin', repeats }
  const meeting = { title: 'Engines', media: 'video', lobby: 'nobody', mayRecord: 'hosts', schedule } as Meeting
  const asked = askedFor(meeting, before)
  expect(replans({ ...asked, title: 'Analytical engines' }, meeting)).toBe(false)
  expect(replans({ ...asked, minutes: 45 }, meeting)).toBe(true)
  expect(replans(asked, null)).toBe(true)
  const moved = { ...asked, date: '2026-12-01' }
  expect(scheduleOf(moved, before)).toEqual({ schedule: { ...schedule, startsAt: Date.UTC(2026, 11, 1, 9) } })
  const times = { every: 'week', interval: 1, on: ['TU'], times: 3 }
  expect(scheduleOf({ ...moved, times: '3' }, before)).toMatchObject({ schedule: { repeats: times } })
})

test('[MTG55] what a form cannot ask for is said beside its field', () => {
  const wrong = (part: Partial<AskedFor>) => scheduleOf({ ...form, ...part }, before)
  expect(wrong({ date: '' })).toEqual({ wrong: { date: 'Say on which day and when.' } })
  expect(wrong({ date: '2026-11-01' })).toEqual({ wrong: { date: 'This is in the past.' } })
  expect(wrong({ repeats: 'week', on: [], times: '0', interval: 100 })).toEqual({
    wrong: { on: 'Choose a day.', times: 'From 1 to 999.', interval: 'From 1 to 99.' },
  })
})

test('[MTG55] addresses are found as people write lists of them', () => {
  expect(addressesIn('ada@parley.test, <grace@parley.test>;\nlinus ada@parley.test')).toEqual({
    emails: ['ada@parley.test', 'grace@parley.test'],
    wrong: ['linus'],
  })
  expect(addressesIn('Ada Lovelace <ada@parley.test>, "Hopper, Grace" <grace@parley.test>\nLinus <nowhere>')).toEqual({
    emails: ['ada@parley.test', 'grace@parley.test'],
    wrong: ['nowhere'],
  })
})

test('[RNG2] how a call stands is what its room says last: while it is live, and after it', () => {
  const live: RoomCall = {
    ...{ id: 'call', meeting: 'meeting', media: 'audio' as const, by: 'ada', startedAt: 1, takenAt: null },
    ...{ people: ['ada'], guests: 0 },
  }
  const row = (of: string, outcome?: 'missed') =>
    ({
      ...{ state: 'confirmed', key: of },
      message: { system: { kind: 'call_ended', meeting: of, durationMs: 0, ...(outcome && { outcome }) } },
    }) as unknown as Row
  expect(ringOf({ call: null, rows: [] }, 'meeting')).toBe(null)
  expect(ringOf({ call: live, rows: [] }, 'meeting')).toBe('calling')
  expect(ringOf({ call: { ...live, unanswered: 'declined' }, rows: [] }, 'meeting')).toBe('declined')
  expect(ringOf({ call: { ...live, takenAt: 2 }, rows: [] }, 'meeting')).toBe('taken')
  expect(ringOf({ call: live, rows: [row('other'), row('one', 'missed')] }, 'one')).toBe('missed')
  expect(ringOf({ call: live, rows: [row('other'), row('one', 'missed')] }, 'other')).toBe('taken')
  expect(ringOf({ call: live, rows: [row('one', 'missed')] }, 'unknown')).toBe(null)
})

test('[MTG38] what a stranger has not seen is what others said since they looked', () => {
  const said = (seq: number, more: object = {}) => ({ seq, system: null, ...more }) as unknown as GuestMessage
  const mine = said(5, { guest: { id: 'joan', name: 'Joan' } })
  expect([said(4), said(5), mine].map((one) => isNews(one, 4, 'joan'))).toEqual([false, true, false])
  expect(isNews(said(6, { system: { kind: 'call_started' } }), 4, 'joan')).toBe(false)
  expect(isNews(said(6, { deleted: { at: 1 } }), 4, 'joan')).toBe(false)
})
