import { createStore } from 'zustand/vanilla'
import { Downstream } from '../../protocol/downstream.ts'
import { limits } from '../../protocol/limits.ts'
import type { Upstream } from '../../protocol/upstream.ts'
import type { Away } from './away.ts'
import { createCatchUp } from './catch-up.ts'
import { alarm } from './clock.ts'
import type { Queued } from './command.ts'
import { createIntents } from './intents.ts'
import { createKeeper } from './keeper.ts'
import { openLink } from './link.ts'
import { createMarkReporter } from './marks.ts'
import { raiseMarks } from './members.ts'
import { createPager } from './pager.ts'
import { createPins, shownPins } from './pins.ts'
import type { OpenedRoom, RoomDeps } from './room-deps.ts'
import { createRoomTime } from './room-time.ts'
import { createRows } from './rows.ts'
import { createSender } from './sender.ts'
import { mayHere } from './standing.ts'
import { keptMessages, mostMessages, type Kept } from './store.ts'
import * as timelines from './timeline.ts'
import type { Closed, Connection, RoomView, SendOptions } from './types.ts'
import { createTypingAnnouncer, createTypists } from './typing.ts'
import type { Ack, Changes, Member, Reset, RoomCall, RoomFacts, UnreadMark, Welcome } from './wire.ts'

const notHere = 'You are not in this room.'

// A database that hangs must not keep anyone from a room.
const storeWithinMs = 2_000

// What the room has carried out is told in a frame of its own, in a busy room a moment later.
const toldWithinMs = 1_000

// A browser's timers go no further than 24 days; and this one finds out about a clock that was set.
const longestWaitMs = 3_600_000

/**
 * Opens a room: first from the store, then from the room itself. Only once the room is live here the outbox flows. How
 * it gets there stands in `catch-up.ts`.
 */
export function openRoom(deps: RoomDeps): OpenedRoom {
  const { roomId, me, store, clock } = deps
  const time = createRoomTime(clock)
  const shownRows = createRows(me)
  const pinned = shownPins(me)
  let timeline = timelines.emptyTimeline
  let away: Away | null = null
  let facts: RoomFacts | null = null
  let members: readonly Member[] = []
  let head = 0
  let here: readonly string[] = []
  let call: RoomCall | null = null
  let callTold = false
  let unread: UnreadMark = { from: null, version: 0 }
  let lookedAway = false
  let closed: Closed | null = null
  let durable = store.durable
  let readAtOpen = 0
  // Up to where the person has read since the room was opened.
  let readHere = 0
  let notLiveSince = clock.now()
  let connection: Connection = { state: 'connecting', since: notLiveSince }
  let welcomed: Welcome | null = null
  let loaded = false
  let isOpen = false
  let over = false
  // A reset waits for the tail that follows it: an empty room in between would only flicker.
  let reset: Reset | null = null
  const told = alarm(clock)
  const nextExpiry = alarm(clock)

  const sender = createSender({
    ...deps,
    live: () => connection.state === 'live',
    post: (frame) => link.send(frame),
    reconnect: () => link.reconnect(),
    hurry: () => link.verify(),
    changed: render,
    notKept: () => {
      durable = false
    },
  })
  const catchUp = createCatchUp({
    clock,
    random: deps.random,
    open: () => isOpen && loaded,
    position() {
      const { from, ...held } = timelines.position(timeline)
      return { ...held, from: Math.min(from, away?.from() ?? from) }
    },
    cursor: () => timelines.cursor(timeline),
    head: () => head,
    send: (frame) => void link.send(frame),
    expectAnswer: () => link.expectAnswer(),
    answered: () => link.answered(),
    fetchChanges: (since, from, seq) => deps.fetchChanges(roomId, since, from, seq),
    take(batch) {
      take(batch)
      render()
    },
    show,
    catchingUp() {
      if (connection.state === 'live') notLiveSince = clock.now()
      connection = { state: 'catching_up', since: notLiveSince }
    },
    live,
  })
  const pager = createPager({
    timeline: () => timeline,
    fetchPage(before) {
      catchUp.pageAsked()
      return deps.fetchPage(roomId, before, limits.page)
    },
    take: catchUp.page,
    changed: render,
  })
  const marks = createMarkReporter(clock, ({ read, ...rest }) => {
    return connection.state === 'live' && link.send({ t: 'mark', ...rest, read: Math.min(read, head) })
  })
  const pins = createPins({ fetchPins: () => deps.fetchPins(roomId), clock, changed: render })
  const intents = createIntents(deps)
  const announcer = createTypingAnnouncer(clock, (on) => connection.state === 'live' && link.send({ t: 'typing', on }))
  const typists = createTypists(clock, render)
  const keeper = createKeeper(clock, store, kept, sender.dropSettled)
  const view = createStore<RoomView>(() => current())
  const link = openLink<Upstream, typeof Downstream>(
    { ...deps, schema: Downstream, openTransport: (events) => deps.openTransport(roomId, events) },
    { connecting, open, frame, head: pongHead, down, closed: end },
  )
  const stopListening = [
    deps.page.onWake(() => {
      turn()
      link.verify()
    }),
    deps.page.onHide(() => void keeper.now()),
  ]
  const ready = load()

  async function load(): Promise<void> {
    const patience = alarm(clock)
    patience.set(storeWithinMs, () => begin(null))
    // Without a store the room starts empty: a slower start, nothing worse.
    const { kept, unsent } = await store.open(roomId).catch(() => ({ kept: null, unsent: [] }))
    patience.clear()
    if (over) return
    begin(kept)
    sender.load(unsent)
    if (closed === 'not_a_member') sender.giveUp(notHere)
    sender.seen(timeline.messages)
    render()
  }

  function begin(kept: Kept | null): void {
    if (loaded || over) return
    loaded = true
    if (kept) {
      const { room, messages } = kept
      const { epoch, covered, atStart } = room
      timeline = { ...timelines.emptyTimeline, epoch, covered, messages, atStart }
      time.heard(clock.now() + room.clockOffset)
      facts = room.room
      members = room.members
      head = room.head
      readAtOpen = myRead(members)
      marks.read(room.read)
    }
    if (isOpen) catchUp.hello()
  }

  function connecting(): void {
    connection = { state: 'connecting', since: notLiveSince }
    render()
  }

  function open(): void {
    isOpen = true
    if (loaded) catchUp.hello()
  }

  function pongHead(at: number): void {
    if (at > timelines.cursor(timeline)) catchUp.missing()
  }

  function down(retryAt: number | null): void {
    if (connection.state === 'live') notLiveSince = clock.now()
    connection = { state: 'offline', since: notLiveSince, retryAt }
    isOpen = false
    silence()
    announcer.ended()
    render()
  }

  function end(why: Closed): void {
    closed = why
    if (connection.state === 'live') notLiveSince = clock.now()
    connection = { state: 'offline', since: notLiveSince, retryAt: null }
    if (why === 'not_a_member') {
      keeper.stop()
      dropWindow(timelines.emptyTimeline)
      void store.forget(roomId).catch(() => {})
      sender.giveUp(notHere)
    }
    catchUp.startOver()
    silence()
    render()
  }

  /** Nothing is heard any more, and nothing can be said. */
  function silence(): void {
    catchUp.down()
    sender.down()
    marks.down()
    pins.down()
    typists.clear()
    told.clear()
  }

  function frame(frame: Downstream, bytes: number): void {
    hear(frame)
    if (connection.state === 'live') marks.heard(bytes)
    render()
  }

  function hear(frame: Downstream): void {
    switch (frame.t) {
      case 'welcome':
        welcome(frame)
        break
      case 'reset':
        reset = frame
        break
      case 'behind':
        catchUp.behind(frame.floor)
        break
      case 'lagging':
        catchUp.missing()
        break
      case 'changes':
        changes(frame)
        break
      case 'ack':
        ack(frame)
        break
      case 'refused':
        sender.refused(frame)
        break
      case 'marks':
        members = raiseMarks(members, frame.marks)
        keeper.soon()
        break
      case 'members':
        members = raiseMarks(frame.members, ownMarks())
        keeper.soon()
        break
      case 'room':
        facts = frame.room
        keeper.soon()
        break
      case 'unread':
        unread = { from: frame.from, version: frame.version }
        marks.unread(unread)
        break
      case 'typists':
        typists.counted(frame.count)
        break
      case 'typing':
        if (frame.person !== me) typists.heard(frame.person, frame.on)
        break
      case 'here':
        here = frame.people
        break
      case 'call':
        call = frame.call
        callTold = true
        break
      case 'renewed':
        break
    }
  }

  function welcome(frame: Welcome): void {
    const own = frame.members.find((member) => member.person === me)
    if (!welcomed) readAtOpen = Math.max(readAtOpen, own?.read ?? 0)
    welcomed = frame
    reset = null
    catchUp.welcomed()
    time.heard(frame.now)
    facts = frame.room
    head = Math.max(frame.head, timeline.epoch === frame.epoch ? head : 0)
    here = frame.here
    // Where there is one it is said before this page is live.
    callTold = false
    unread = frame.unread
    timeline = timelines.applyFacts(timeline, { erased: frame.erasing })
    marks.welcomed(own ?? { delivered: 0, read: 0 }, unread)
    members = raiseMarks(frame.members, ownMarks())
    if (connection.state !== 'live') connection = { state: 'catching_up', since: notLiveSince }
    keeper.soon()
  }

  function changes(frame: Changes): void {
    if (!welcomed) return
    if (reset) startOver(reset)
    const hole = timeline.covered.length > 0 && frame.covers[0] > timelines.cursor(timeline) + 1
    take(frame)
    catchUp.took(frame)
    if (hole) catchUp.missing()
  }

  function live(missed: boolean): void {
    if (!callTold) call = null
    connection = connection.state === 'live' ? connection : { state: 'live', since: clock.now() }
    if (lookedAway) link.send({ t: 'look', away: lookedAway })
    marks.report()
    sender.flush()
    pins.live(timelines.cursor(timeline), missed)
    // A room whose log was lost has its messages only in the history.
    if (timeline.messages.length === 0) void pager.loadOlder()
  }

  function startOver({ epoch, head: at }: Reset): void {
    reset = null
    head = at
    dropWindow(timelines.applyReset(epoch))
    timeline = timelines.applyFacts(timeline, { erased: welcomed?.erasing })
  }

  function dropWindow(next: timelines.Timeline): void {
    timeline = next
    pager.startOver()
    catchUp.startOver()
    pins.startOver()
    away?.home()
  }

  function ack(frame: Ack): void {
    if (!sender.acked(frame)) return
    head = Math.max(head, frame.seq)
    sender.reached(timelines.cursor(timeline))
    if (frame.seq > timelines.cursor(timeline)) told.ensure(toldWithinMs, heardNothing)
  }

  function heardNothing(): void {
    if (head > timelines.cursor(timeline)) catchUp.missing()
  }

  /** Applies changes, of the log or of the history. */
  function take(batch: timelines.Batch): void {
    timeline = timelines.applyChanges(timeline, batch, welcomed!.epoch)
    away?.take(batch)
    head = Math.max(head, batch.covers[1])
    for (const { by, system } of batch.messages) if (by && !system) typists.heard(by, false)
    sender.seen(batch.messages)
    sender.reached(timelines.cursor(timeline))
    pins.heard(batch.messages)
    marks.received(timelines.cursor(timeline))
    keeper.soon()
  }

  function ownMarks(): Member[] {
    const read = Math.min(marks.readSoFar(), head)
    return members.filter(({ person }) => person === me).map((mine) => ({ ...mine, read: Math.max(mine.read, read) }))
  }

  function myRead(among: readonly Member[]): number {
    return among.find(({ person }) => person === me)?.read ?? 0
  }

  /** To a room that the person is not in nothing can be sent: waiting for it would never end. */
  function giveUpOutside(): void {
    if (closed !== 'not_a_member') return
    sender.giveUp(notHere)
    render()
  }

  /** Keeps a command and sends it. */
  async function ask(command: Queued): Promise<string> {
    const id = await sender.send(command)
    giveUpOutside()
    return id
  }

  function kept(): Kept | null {
    if (!facts) return null
    const { epoch, covered, atStart, messages } = timelines.newest(timeline, keptMessages)
    const read = marks.readSoFar()
    const room = { id: roomId, room: facts, members, epoch, head, covered, atStart, read }
    return { room: { ...room, clockOffset: time.offset() }, messages }
  }

  function current(): RoomView {
    const now = time.now()
    const pending = sender.pending()
    const rows = shownRows.rows({ timeline, waiting: sender.rows(), pending, now })
    const people = { members, here, typing: typists.people(), typists: typists.count(), myRole: mine()?.role ?? null }
    return {
      ...{ roomId, room: facts, closed, connection, me, rows, older: pager.older(), head, readAtOpen, durable, unread },
      ...people,
      call,
      away: away?.view(pending, now) ?? null,
      pins: pinned({ pins: pins.list(), held: timeline.messages, pending, now }),
      clockOffset: time.offset(),
      notices: sender.notices(),
    }
  }

  function show(page: timelines.Batch & { more: boolean }): void {
    timeline = timelines.applyPage(timeline, page)
    sender.seen(page.messages)
    keeper.soon()
  }

  // Few readers ever look away from the newest messages: this part of the client comes when one does.
  async function openAway(): Promise<Away> {
    const { createAway } = await import('./away.ts')
    return (away ??= createAway({
      me,
      timeline: () => timeline,
      fetchNear(near) {
        catchUp.pageAsked()
        return deps.fetchNear(roomId, near, limits.page)
      },
      take: catchUp.page,
      join: show,
      changed: render,
    }))
  }

  function mine(): Member | undefined {
    return members.find(({ person }) => person === me)
  }

  /** Time has passed: something may be gone. A clock that was set is found out by asking the room. */
  function turn(): void {
    render()
    if (time.doubtful()) catchUp.missing()
  }

  function render(): void {
    if (over) return
    view.setState(current(), true)
    const next = Math.min(shownRows.expiresNext() ?? Infinity, away?.expiresNext() ?? Infinity)
    if (next === Infinity) nextExpiry.clear()
    else nextExpiry.set(Math.min(longestWaitMs, Math.max(0, next - time.now())), turn)
  }

  return {
    view,
    ready,
    async send(text, { replyTo, thread, mentions = [], forwarded = false }: SendOptions = {}) {
      away?.home()
      const place = { replyTo: replyTo ?? null, thread: thread ?? null }
      const id = await ask({ kind: 'post', text, ...place, mentions, forwarded })
      announcer.ended()
      return id
    },
    edit: (target, text, mentions = []) => ask({ kind: 'edit', target, text, mentions }),
    remove: (target) => ask({ kind: 'delete', target }),
    undelete: (target) => ask({ kind: 'undelete', target }),
    react: (target, emoji, on) => ask({ kind: 'react', target, emoji, on }),
    pin: (target, on) => ask({ kind: 'pin', target, on }),
    change: (settings) => ask({ kind: 'change', settings }),
    dismiss: sender.dismiss,
    markUnread(from) {
      if (connection.state === 'live') link.send({ t: 'unread', from })
    },
    look(gone) {
      if (gone !== lookedAway && connection.state === 'live') link.send({ t: 'look', away: gone })
      lookedAway = gone
    },
    changeMembers: intents.changeMembers,
    handOver: intents.handOver,
    deleteRoom: intents.deleteRoom,
    may: (act) => mayHere(act, facts, mine(), time.now()),
    retry(id) {
      sender.retry(id)
      giveUpOutside()
    },
    retryAll() {
      sender.retryAll()
      giveUpOutside()
    },
    discard: sender.discard,
    typing: announcer.say,
    read(seq) {
      const before = marks.readSoFar()
      readHere = Math.max(readHere, Math.min(seq, head))
      marks.read(Math.min(seq, head))
      if (marks.readSoFar() === before) return
      members = raiseMarks(members, ownMarks())
      keeper.soon()
      render()
    },
    loadOlder: pager.loadOlder,
    async show(seq) {
      away ??= await openAway()
      return over ? 'failed' : away.show(seq)
    },
    loadAway: async (side) => away?.load(side),
    comeBack: () => away?.home(),
    async loadGap() {
      if (isOpen) catchUp.missing()
      else link.verify()
    },
    forgetOlder() {
      if (timeline.messages.length <= mostMessages) return
      timeline = timelines.newest(timeline, keptMessages)
      pager.startOver()
      render()
    },
    renew: (ticket) => void link.send({ t: 'renew', ticket }),
    hurry: link.verify,
    waiting: () => sender.waiting() + (marks.told(readHere) ? 0 : 1),
    close() {
      if (over) return
      marks.report()
      over = true
      for (const stop of stopListening) stop()
      catchUp.startOver()
      silence()
      intents.close()
      nextExpiry.clear()
      link.close()
      void keeper.now().then(keeper.stop)
    },
  }
}
