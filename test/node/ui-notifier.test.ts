import { describe, expect, test } from 'vitest'
import { createStore } from 'zustand/vanilla'
import { startNotifier, type Note } from '../../web/src/notify/notifier.ts'
import { handClock } from './sync-support/hand-clock.ts'
import type { RoomLine, Settings } from '../../protocol/inbox.ts'
import type { InboxView } from '../../web/sync/inbox/types.ts'

const noon = Date.UTC(2026, 10, 23, 12)
const [ada, grace] = ['ada', 'grace']

function line(seq: number, facts: Partial<RoomLine> = {}): RoomLine {
  return {
    ...{ room: 'harbour', type: 'group', name: 'Harbour', other: null, role: 'member', memberCount: 3, head: seq },
    ...{ read: 0, unreadFrom: null, unread: seq, mentions: 0, lastAt: noon },
    last: { seq, at: noon, by: grace, name: 'Grace', text: `Tide ${seq}` },
    ...{ pinnedAt: null, archivedAt: null, mutedUntil: null, level: 'all' },
    ...facts,
  }
}

/** A page with one room, in which a list of what is on screen is kept. */
function page(around: { front?: boolean; leader?: boolean; previews?: boolean; view?: Partial<InboxView> } = {}) {
  const { front = false, leader = true, previews = true, view: rest = {} } = around
  const clock = handClock(noon)
  const settings: Settings = {
    ...({ lastSeen: 'everyone', photo: 'everyone', about: 'everyone', groupAdd: 'everyone' } as const),
    ...{ readReceipts: true, quietHours: null, previews },
  }
  const view = createStore<InboxView>(() => ({
    ...{ rooms: [line(1)], state: 'known', stale: false, failure: null, closed: null, typing: {}, presence: {} },
    ...{
      status: { show: 'available', custom: null },
      settings,
      blocked: [],
      rings: [],
      missed: [],
      invitation: null,
      badge: 0,
      drafts: {},
    },
    ...{ notices: [], connection: { state: 'live', since: noon } },
    ...rest,
  }))
  const shown = new Map<string, Note>()
  const told: Note[] = []
  const stop = startNotifier({
    ...{ me: ada, clock, allowed: () => true, inFront: () => Promise.resolve(front) },
    inbox: { view, isLeader: () => leader, now: () => clock.now() },
    show(note) {
      told.push(note)
      shown.set(note.room, note)
      return { close: () => shown.delete(note.room) }
    },
  })
  return {
    ...{ view, shown, told, stop },
    hears: (...rooms: RoomLine[]) => view.setState({ rooms }),
    async passes(ms: number) {
      await clock.turn(ms)
      // Whether the page is in front is asked of the browser, which answers later.
      await clock.turn(0)
    },
  }
}

describe('a notification', () => {
  test('[AC-32] is one for each room, and goes when the room is read anywhere', async () => {
    const { hears, passes, shown, told } = page()
    hears(line(2))
    hears(line(3))
    await passes(2_000)
    expect([...shown.values()]).toEqual([{ room: 'harbour', title: 'Harbour', body: 'Grace: Tide 3' }])
    expect(told.length).toBe(1)
    hears(line(3, { unread: 0, read: 3 }))
    expect([...shown]).toEqual([])
  })

  test('[AC-32] does not come for what another device reads at once', async () => {
    const { hears, passes, told } = page()
    hears(line(2))
    await passes(1_000)
    hears(line(2, { unread: 0, read: 2 }))
    await passes(2_000)
    expect(told).toEqual([])
  })

  test('does not come for what was unread before the page was opened', async () => {
    const { passes, told } = page()
    await passes(5_000)
    expect(told).toEqual([])
  })

  test('does not come while the page is in front, from a tab that does not lead, or for my own message', async () => {
    for (const one of [page({ front: true }), page({ leader: false }), page()]) {
      one.hears(line(2, { last: { seq: 2, at: noon, by: ada, name: 'Ada', text: 'Mine' }, unread: 1 }))
      await one.passes(2_000)
      expect(one.told).toEqual([])
    }
    for (const one of [page({ front: true }), page({ leader: false })]) {
      one.hears(line(2))
      await one.passes(2_000)
      expect(one.told).toEqual([])
    }
  })

  test('[NOT1] comes for a mention alone where the room is set so, and never for a muted one or in do-not-disturb', async () => {
    const mentions = page({ view: { rooms: [line(1, { level: 'mentions' })] } })
    mentions.hears(line(2, { level: 'mentions' }))
    await mentions.passes(2_000)
    expect(mentions.told).toEqual([])
    mentions.hears(line(3, { level: 'mentions', mentions: 1 }))
    await mentions.passes(2_000)
    expect(mentions.told.length).toBe(1)

    const muted = page()
    muted.hears(line(2, { mutedUntil: noon + 60_000 }))
    await muted.passes(2_000)
    const busy = page({ view: { status: { show: 'busy', custom: null } } })
    busy.hears(line(2))
    await busy.passes(2_000)
    expect([...muted.told, ...busy.told]).toEqual([])
  })

  test('does not say what was written where previews are off, nor anything of whom I blocked', async () => {
    const discreet = page({ previews: false })
    discreet.hears(line(2))
    await discreet.passes(2_000)
    expect(discreet.told).toEqual([{ room: 'harbour', title: 'Harbour', body: 'New message' }])
    const blocking = page({ view: { blocked: [grace] } })
    blocking.hears(line(2))
    await blocking.passes(2_000)
    expect(blocking.told).toEqual([])
  })
})
