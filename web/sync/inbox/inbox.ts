import { createStore } from 'zustand/vanilla'
import type { RoomSummary } from '../../../protocol/api.ts'
import { badgeOf, type RoomLine } from '../../../protocol/inbox.ts'
import type { Clock } from '../clock.ts'
import type { Drafts } from '../drafts.ts'
import type { Rooms } from '../rooms.ts'
import type { Store } from '../store.ts'
import { inOrder } from './lines.ts'
import type { Inbox, InboxView, RoomChoice } from './types.ts'

export interface InboxDeps {
  rooms: Rooms
  drafts: Drafts
  store: Store
  clock: Clock
}

/** The inbox over the room list as it is fetched; what is changed here holds while the tab lives. */
export function createInbox({ rooms, drafts, store, clock }: InboxDeps): Inbox {
  const chosen = new Map<string, RoomChoice>()
  const view = createStore<InboxView>(() => ({
    ...current(),
    connection: { state: 'connecting', since: clock.now() },
    closed: null,
    typing: {},
    presence: {},
    status: { show: 'available', custom: null },
    settings: null,
    blocked: [],
    rings: [],
    notices: [],
  }))
  const stops = [rooms.view.subscribe(render), drafts.subscribe(render)]

  function current(): Pick<InboxView, 'rooms' | 'state' | 'stale' | 'failure' | 'badge' | 'drafts'> {
    const { rooms: list, ...rest } = rooms.view.getState()
    const lines = list.map((room) => lineOf(room, chosen.get(room.id) ?? {}, clock.now())).sort(inOrder)
    const badge = lines.reduce((sum, line) => sum + badgeOf(line, clock.now()), 0)
    return { ...rest, rooms: lines, badge, drafts: drafts.getState() }
  }

  function render(): void {
    view.setState(current())
  }

  return {
    view,
    refresh: () => void rooms.refresh(),
    follow: () => () => {},
    setRoom(room, choice) {
      chosen.set(room, { ...chosen.get(room), ...choice })
      render()
    },
    markRoom: () => {},
    setStatus: (status) => view.setState({ status }),
    answerRing: () => {},
    dismiss: () => {},
    watch: () => () => {},
    look: () => {},
    compose(room, _thread, show) {
      let touched = false
      void store.draft(room).then((text) => touched || show(text))
      return {
        save(text) {
          touched = true
          void store.saveDraft(room, text).catch(() => {})
        },
        focus: () => {},
        close: () => {},
      }
    },
    changeSettings: async () => {},
    block: async () => {},
    isLeader: () => true,
    now: () => clock.now(),
    close: () => stops.forEach((stop) => stop()),
  }
}

function lineOf(room: RoomSummary, { pinned, archived, ...choice }: RoomChoice, now: number): RoomLine {
  const { id, lastMessageAt, last, ...rest } = room
  return {
    ...rest,
    ...{ room: id, other: null, head: last?.seq ?? 0, read: 0, unreadFrom: null, mentions: 0, lastAt: lastMessageAt },
    last: last && { ...last, at: lastMessageAt },
    pinnedAt: pinned ? now : null,
    archivedAt: archived ? now : null,
    mutedUntil: null,
    level: 'all',
    ...choice,
  }
}
