import * as z from 'zod/mini'
import { createStore } from 'zustand/vanilla'
import { uuidV7 } from '../../../protocol/ids.ts'
import {
  InboxDownstream,
  MineNow,
  type InvitationNews,
  type InboxUpstream,
  type InboxWelcome,
  type OwnStatus,
  type Ring,
  type RoomLine,
  type RoomsChanged,
} from '../../../protocol/inbox.ts'
import { limits } from '../../../protocol/limits.ts'
import type { Api } from '../api.ts'
import { alarm, type Clock } from '../clock.ts'
import { openLink, type Link, type Refresh } from '../link.ts'
import type { Page } from '../page.ts'
import { NetworkError } from '../problem-error.ts'
import { createRoomTime } from '../room-time.ts'
import type { Store } from '../store.ts'
import type { Tabs } from '../tabs.ts'
import type { Transport, TransportEvents } from '../transport.ts'
import type { Closed, Connection } from '../types.ts'
import { createDrafts } from './drafts.ts'
import { createFollows } from './follows.ts'
import { inOrder, isArchived, totalBadge } from './lines.ts'
import { createList, KeptList } from './list.ts'
import { createRings } from './rings.ts'
import type { Inbox, InboxView } from './types.ts'
import { createListTypists } from './typists.ts'
import { createWatching } from './watching.ts'
import { createWishes, type Asked } from './wishes.ts'

/** Everything that an inbox needs of the world around it. */
export interface InboxDeps {
  /** The person's id. */
  me: string
  store: Store
  openTransport(events: TransportEvents): Transport
  refresh(): Promise<Refresh>
  changeSettings: Api['changeSettings']
  block: Api['block']
  tabs: Tabs
  clock: Clock
  page: Page
  random(): number
  randomBytes(count: number): Uint8Array
}

/** What whoever starts an inbox may do with it, beside what a screen may. */
export interface OpenedInbox extends Inbox {
  /** The store for rooms: what is sent from a composer takes its draft along everywhere. */
  store: Store
  /** Passes a renewal ticket on, so that the socket outlives the old session. */
  renew(ticket: string): void
}

const Mine = z.omit(MineNow, { t: true })
type Mine = z.infer<typeof Mine>

const Kept = z.extend(KeptList, { mine: z.nullable(Mine) })

const keptAt = 'inbox'
const keepAfterMs = 500
// A database that hangs must not keep anyone from their rooms.
const storeWithinMs = 2_000
// A browser holds a hidden tab for hours: one socket is enough for all of them.
const hiddenForMs = 60_000
// A browser's timers go no further than 24 days; and this one finds out about a clock that was set.
const longestWaitMs = 3_600_000

/**
 * A person's inbox on this device: first what is kept, then what the inbox says over a socket of its own. What an open
 * room or the person knows before the inbox does lies over its lines until it has come as far.
 */
export function createInbox(deps: InboxDeps): OpenedInbox {
  const { me, clock, page, tabs } = deps
  const time = createRoomTime(clock)
  const list = createList()
  const wishes = createWishes({ ...deps, person: me, send: say, changed: relist })
  const drafts = createDrafts({
    ...{ disk: deps.store, clock, now: time.now },
    // A draft in a room that the inbox does not know yet is kept nowhere: it waits here until it does.
    send: (frame) => connection.state === 'live' && list.line(frame.room) !== undefined && say(frame),
  })
  const typists = createListTypists(clock, render)
  const watching = createWatching(clock, (people) => say({ t: 'watch', people }), render)
  const follows = createFollows({ blocked: () => mine?.blocked ?? none, wrote, changed: relist })
  const rings = createRings()
  const nextTurn = alarm(clock)
  const keeping = alarm(clock)
  const hidden = alarm(clock)
  const seenAgain = alarm(clock)
  let mine: Mine | null = null
  let ringing: readonly Ring[] = []
  let invitation: InvitationNews | null = null
  let status = available
  let rooms: readonly RoomLine[] = []
  let shown = new Map<string, RoomLine>()
  let link: Link<InboxUpstream> | null = null
  let notLiveSince = clock.now()
  let connection: Connection = { state: 'connecting', since: notLiveSince }
  let closed: Closed | null = null
  let failure: unknown = null
  let state: InboxView['state'] = 'unknown'
  let stale = true
  // What the last welcome said of its list.
  let behind = false
  let loaded = false
  let isOpen = false
  let leads = false
  let idle = false
  let saidAway = false
  let saidSeen = 0
  let seenAt = -Infinity
  let over = false

  const view = createStore<InboxView>(() => current())
  const stops = [
    drafts.view.subscribe(render),
    page.onWake(wake),
    page.onHide(hide),
    tabs.onNote((note) => {
      if (note.t === 'listed' && !link) void load()
    }),
  ]
  void begin()
  connect()
  stops.push(
    tabs.lead(`parley:inbox:${me}`, () => {
      leads = true
      connect()
    }),
  )

  async function begin(): Promise<void> {
    const patience = alarm(clock)
    patience.set(storeWithinMs, ready)
    await Promise.all([load(), wishes.load(), drafts.ready])
    patience.clear()
    ready()
  }

  function ready(): void {
    if (loaded || over) return
    loaded = true
    if (isOpen) hello()
  }

  /** Takes over what this device keeps, which another tab may have brought further. */
  async function load(): Promise<void> {
    const read = Kept.safeParse(await deps.store.get(keptAt).catch(() => null))
    if (!read.success || over || (loaded && link) || !list.remember(read.data)) return
    mine = read.data.mine
    state = 'known'
    relist()
  }

  function keepSoon(): void {
    keeping.ensure(keepAfterMs, () => void keep())
  }

  /** One tab keeps it for all. */
  async function keep(): Promise<void> {
    keeping.clear()
    if (!leads || list.epoch() === null) return
    // A list that cannot be kept is only a slower start.
    await deps.store.set(keptAt, { ...list.kept(), mine }).catch(() => {})
    tabs.say({ t: 'listed' })
  }

  function connect(): void {
    if (link || closed || over) return
    link = openLink<InboxUpstream, typeof InboxDownstream>(
      { ...deps, schema: InboxDownstream },
      { connecting, open, frame, head: pong, down, closed: end },
    )
  }

  function connecting(): void {
    connection = { state: 'connecting', since: notLiveSince }
    render()
  }

  function open(): void {
    isOpen = true
    if (loaded) hello()
  }

  function hello(): void {
    if (connection.state === 'live') notLiveSince = clock.now()
    connection = { state: 'catching_up', since: notLiveSince }
    say(list.hello())
  }

  function down(retryAt: number | null): void {
    silence()
    // Of a connection that was good nobody knows yet whether it comes back at once.
    if (connection.state !== 'live') {
      failure = new NetworkError(null)
      stale = true
    } else notLiveSince = clock.now()
    connection = { state: 'offline', since: notLiveSince, retryAt }
    render()
  }

  function end(why: Closed): void {
    closed = why
    link = null
    stale = true
    down(null)
  }

  function silence(): void {
    isOpen = false
    for (const part of [list, wishes, watching]) part.down()
    typists.clear()
    seenAgain.clear()
    saidAway = false
  }

  /** Every frame that goes out is answered within seconds, or the connection counts as deaf. */
  function say(frame: InboxUpstream): boolean {
    const sent = isOpen && link !== null && link.send(frame)
    if (sent && (frame.t === 'hello' || 'id' in frame)) link!.expectAnswer()
    return sent
  }

  function pong(version: number): void {
    drafts.pong()
    if (connection.state === 'live' && version > list.version()) hello()
  }

  function frame(frame: InboxDownstream): void {
    hear(frame)
    if (list.collecting()) link?.expectAnswer()
    else if (connection.state === 'live' && !wishes.awaiting()) link?.answered()
    render()
  }

  function hear(frame: InboxDownstream): void {
    switch (frame.t) {
      case 'welcome':
        return welcome(frame)
      case 'rooms':
        return changed(frame)
      case 'fresh':
        behind = false
        stale = connection.state !== 'live'
        return
      case 'ack':
        return acked(wishes.acked(frame.id))
      case 'refused':
        return wishes.refused(frame)
      case 'draft':
        return drafts.heard(frame)
      case 'presence':
        return watching.heard(frame.people)
      case 'mine':
        return take(frame)
      case 'typing':
        return typists.heard(frame.room, frame.person, frame.name, frame.on)
      case 'ring':
        rings.heard(frame)
        return turnLater()
      case 'ring_over':
        return rings.over(frame.call, frame.why === 'missed')
      case 'invitation':
        invitation = frame
        return
      case 'renewed':
    }
  }

  function welcome(frame: InboxWelcome): void {
    time.heard(frame.now)
    behind = frame.stale
    drafts.welcomed(frame.drafts, frame.epoch === list.epoch())
    rings.welcomed(frame.rings)
    take(frame)
    list.welcomed(frame)
  }

  function take({ status, settings, blocked }: Mine): void {
    mine = { status, settings, blocked }
    follows.recount()
    keepSoon()
    turnLater()
  }

  function changed(frame: RoomsChanged): void {
    const before = Object.keys(typists.shown()).map((room) => [room, list.line(room)?.last?.seq ?? 0] as const)
    const rooms = list.take(frame)
    if (!rooms) return
    for (const [room, seq] of before) wrote(list.line(room)?.last ?? null, room, seq)
    for (const room of rooms) follows.told(room, list.line(room))
    wishes.told(rooms)
    if (connection.state !== 'live') live()
    relist()
    drafts.live()
    seen()
    keepSoon()
  }

  function live(): void {
    connection = { state: 'live', since: clock.now() }
    state = 'known'
    stale = behind
    failure = null
    saidSeen = 0
    look()
    watching.live()
    wishes.live()
  }

  /** Tells how far this device is, at most once a second. */
  function seen(): void {
    const version = list.version()
    if (connection.state !== 'live' || version <= saidSeen) return
    const waitMs = seenAt + limits.reportEveryMs - clock.elapsed()
    if (waitMs > 0) return seenAgain.ensure(waitMs, seen)
    if (!say({ t: 'seen', version })) return
    saidSeen = version
    seenAt = clock.elapsed()
  }

  function look(): void {
    const away = idle || !page.visible()
    if (connection.state === 'live' && away !== saidAway && say({ t: 'look', away })) saidAway = away
  }

  function acked(asked: Asked | null): void {
    if (asked?.t !== 'status' || !mine) return
    take({ ...mine, status: { show: asked.show, custom: asked.custom } })
  }

  function wrote(last: RoomLine['last'], room: string, after: number): void {
    if (last?.by && last.seq > after) typists.wrote(room, last.by)
  }

  function wake(): void {
    if (page.visible()) hidden.clear()
    look()
    if (link) link.verify()
    else if (page.visible()) connect()
    // The clock was set, or the machine slept: what mutes may be over.
    turn()
    if (time.doubtful() && connection.state === 'live') hello()
  }

  function hide(): void {
    look()
    drafts.hurry()
    void keep()
    hidden.set(hiddenForMs, rest)
  }

  function rest(): void {
    if (leads || page.visible() || !link) return
    if (wishes.waiting()) return hidden.set(hiddenForMs, rest)
    link.close()
    link = null
    down(null)
  }

  /** Works the lines out again. What did not change stays the same object. */
  function relist(): void {
    const before = shown
    shown = new Map()
    for (const line of list.lines()) {
      const known = wishes.over(follows.over(line))
      const earlier = before.get(line.room)
      shown.set(line.room, earlier && known !== line ? same(earlier, known) : known)
    }
    const ordered = [...shown.values()].sort(inOrder)
    if (ordered.length !== rooms.length || ordered.some((line, index) => line !== rooms[index])) rooms = ordered
    turnLater()
    render()
  }

  /** Wakes up when the next thing is over by itself. */
  function turnLater(): void {
    const now = time.now()
    const ends = [...rings.ends(), mine?.status.custom?.until ?? 0]
    for (const { mutedUntil } of rooms) ends.push(mutedUntil ?? 0)
    const next = Math.min(...ends.filter((at) => at > now))
    if (next === Infinity) nextTurn.clear()
    else nextTurn.set(Math.min(longestWaitMs, next - now), turn)
  }

  function turn(): void {
    // Whether a room is muted is read off its line: whoever shows it has to look again.
    rooms = [...rooms]
    turnLater()
    render()
  }

  function current(): InboxView {
    const now = time.now()
    const wished = wishes.status() ?? mine?.status ?? available
    const custom = wished.custom?.until && wished.custom.until <= now ? null : wished.custom
    return {
      ...{ rooms, state, stale, failure, connection, closed },
      typing: typists.shown(),
      presence: watching.presence(),
      status: (status = same(status, { show: wished.show, custom })),
      settings: mine?.settings ?? null,
      blocked: mine?.blocked ?? none,
      rings: (ringing = same(ringing, rings.shown(now, wishes.answered))),
      missed: rings.missed(),
      invitation,
      badge: totalBadge(rooms, now),
      drafts: drafts.view.getState(),
      notices: wishes.notices(),
    }
  }

  function render(): void {
    if (!over) view.setState(current(), true)
  }

  function ask(frame: Asked, room: string | null): void {
    wishes.add(frame, room === null ? undefined : shown.get(room))
  }

  const newId = () => uuidV7(time.now(), deps.randomBytes(10))

  return {
    view,
    store: drafts.store,
    follow: follows.add,
    refresh() {
      if (link) link.verify()
      else connect()
    },
    setRoom(room, choice) {
      // Of what was there to be seen nothing came later, whatever the clocks say.
      const now = time.now()
      const line = shown.get(room)
      const at = Math.max(now, line?.lastAt ?? 0)
      // Who mutes a room that came back from the archive does not put it away again.
      const stays = line !== undefined && line.archivedAt !== null && !isArchived(line, now)
      const back = stays && isArchived({ ...line, ...choice }, now)
      ask({ t: 'set', id: newId(), room, at, ...(back && { archived: false }), ...choice }, room)
    },
    markRoom(room, as) {
      const head = shown.get(room)?.head
      ask({ t: 'mark', id: newId(), room, as, ...(as === 'read' && head !== undefined && { upTo: head }) }, room)
    },
    setStatus: (status) => ask({ t: 'status', id: newId(), ...status }, null),
    answerRing(call, how) {
      const ring = rings.find(call)
      if (ring) ask({ t: 'answer', id: newId(), room: ring.room, call, how }, null)
    },
    dismiss: wishes.dismiss,
    watch: watching.add,
    look(away) {
      idle = away
      look()
    },
    compose: drafts.compose,
    async changeSettings(part) {
      await deps.changeSettings(part)
      if (mine) take({ ...mine, settings: { ...mine.settings, ...part } })
      render()
    },
    async block(person, on) {
      await deps.block(person, on)
      const others = mine?.blocked.filter((one) => one !== person) ?? []
      if (mine) take({ ...mine, blocked: on ? [...others, person] : others })
      render()
    },
    isLeader: () => leads,
    now: time.now,
    renew: (ticket) => void say({ t: 'renew', ticket }),
    close() {
      if (over) return
      void keep()
      over = true
      for (const stop of stops) stop()
      link?.close()
      silence()
      for (const timer of [nextTurn, keeping, hidden]) timer.clear()
      for (const part of [wishes, drafts, watching]) part.close()
    },
  }
}

const none: readonly string[] = []

const available: OwnStatus = { show: 'available', custom: null }

/** What was shown before, while what is made now says the same. */
function same<Part>(before: Part, made: Part): Part {
  return JSON.stringify(before) === JSON.stringify(made) ? before : made
}
