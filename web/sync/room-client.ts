import { createStore } from 'zustand/vanilla'
import { limits } from '../../protocol/limits.ts'
import { protocolVersion } from '../../protocol/version.ts'
import { alarm } from './clock.ts'
import { createKeeper } from './keeper.ts'
import { openLink } from './link.ts'
import { createMarkReporter } from './marks.ts'
import { raiseMarks } from './members.ts'
import { createPager } from './pager.ts'
import type { OpenedRoom, RoomDeps } from './room-deps.ts'
import { createSender } from './sender.ts'
import { keptMessages, mostMessages, type Kept } from './store.ts'
import * as timelines from './timeline.ts'
import type { Closed, Connection, RoomView } from './types.ts'
import { createTypingAnnouncer, createTypists } from './typing.ts'
import type { Ack, Changes, Downstream, Member, Message, Reset, RoomFacts, Welcome } from './wire.ts'

const notHere = 'You are not in this room.'

// A database that hangs must not keep anyone from a room.
const storeWithinMs = 2_000

/**
 * Opens a room: first from the store, then from the room itself.
 *
 * hello says what is held; the room answers welcome and changes until the room is live here. Only then the outbox
 * flows. A frame that does not follow what is held shows as a gap and is asked for at once by another hello; so is
 * whatever a pong says is missing.
 */
export function openRoom(deps: RoomDeps): OpenedRoom {
  const { roomId, me, store, clock } = deps
  const shownRows = timelines.createRows()
  let timeline = timelines.emptyTimeline
  let facts: RoomFacts | null = null
  let members: readonly Member[] = []
  let head = 0
  let here: readonly string[] = []
  let closed: Closed | null = null
  let durable = store.durable
  let readAtOpen = 0
  let notLiveSince = clock.now()
  let connection: Connection = { state: 'connecting', since: notLiveSince }
  // Where a hello stands: sent, or being answered since the welcome. Frames before the welcome answer nothing.
  let resuming: 'no' | 'asked' | 'answering' = 'no'
  let welcomed: Welcome | null = null
  let loaded = false
  let isOpen = false
  let over = false
  // A reset waits for the tail that follows it: an empty room in between would only flicker.
  let reset: Reset | null = null

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
  const pager = createPager({
    timeline: () => timeline,
    fetchPage: (before) => deps.fetchPage(roomId, before, limits.page),
    take(page) {
      timeline = timelines.applyPage(timeline, page)
      sender.seen(page.messages)
      keeper.soon()
    },
    changed: render,
  })
  const marks = createMarkReporter(clock, (delivered, read) => {
    return connection.state === 'live' && link.send({ t: 'mark', delivered, read: Math.min(read, head) })
  })
  const announcer = createTypingAnnouncer(clock, (on) => connection.state === 'live' && link.send({ t: 'typing', on }))
  const typists = createTypists(clock, render)
  const keeper = createKeeper(clock, store, kept, sender.dropSettled)
  const view = createStore<RoomView>(() => current())
  const link = openLink(deps, { connecting, open, frame, head: pongHead, down, closed: end })
  const stopListening = [deps.page.onWake(link.verify), deps.page.onHide(() => void keeper.now())]
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
      timeline = { epoch: room.epoch, covered: room.covered, messages, atStart: room.atStart }
      facts = room.room
      members = room.members
      head = room.head
      readAtOpen = myRead(members)
      marks.read(room.read)
    }
    if (isOpen) hello()
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
    resuming = 'asked'
    reset = null
    link.send({ t: 'hello', v: protocolVersion, ...timelines.position(timeline) })
    link.expectAnswer()
  }

  /** Something is missing that nobody is bringing yet. */
  function missing(): void {
    if (isOpen && loaded && resuming === 'no') hello()
  }

  function pongHead(at: number): void {
    if (at > timelines.cursor(timeline)) missing()
  }

  function down(retryAt: number | null): void {
    if (connection.state === 'live') notLiveSince = clock.now()
    connection = { state: 'offline', since: notLiveSince, retryAt }
    isOpen = false
    resuming = 'no'
    sender.down()
    marks.down()
    announcer.ended()
    typists.clear()
    render()
  }

  function end(why: Closed): void {
    closed = why
    if (connection.state === 'live') notLiveSince = clock.now()
    connection = { state: 'offline', since: notLiveSince, retryAt: null }
    if (why === 'not_a_member') {
      keeper.stop()
      timeline = timelines.emptyTimeline
      void store.forget(roomId).catch(() => {})
      sender.giveUp(notHere)
    }
    sender.down()
    typists.clear()
    render()
  }

  function frame(frame: Downstream): void {
    switch (frame.t) {
      case 'welcome':
        welcome(frame)
        break
      case 'reset':
        reset = frame
        return
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
      case 'lagging':
        return hello()
      case 'behind':
      case 'unread':
      case 'typists':
        return
      case 'typing':
        if (frame.person !== me) typists.heard(frame.person, frame.on)
        break
      case 'here':
        here = frame.people
        break
      case 'renewed':
        return
    }
    render()
  }

  function welcome(frame: Welcome): void {
    const mine = frame.members.find((member) => member.person === me)
    if (!welcomed) readAtOpen = Math.max(readAtOpen, mine?.read ?? 0)
    welcomed = frame
    resuming = 'answering'
    link.expectAnswer()
    facts = frame.room
    head = Math.max(frame.head, timeline.epoch === frame.epoch ? head : 0)
    here = frame.here
    if (mine) marks.welcomed(mine)
    members = raiseMarks(frame.members, ownMarks())
    if (connection.state !== 'live') connection = { state: 'catching_up', since: notLiveSince }
    keeper.soon()
  }

  function changes(frame: Changes): void {
    if (!welcomed) return
    const [from, to] = frame.covers
    if (reset) startOver(reset)
    const hole = timeline.covered.length > 0 && from > timelines.cursor(timeline) + 1
    timeline = timelines.applyChanges(timeline, frame, welcomed.epoch)
    took(frame.messages, to)
    if (resuming !== 'answering') return hole ? missing() : undefined
    if (!frame.live) {
      if (connection.state === 'live') notLiveSince = clock.now()
      connection = { state: 'catching_up', since: notLiveSince }
      link.send({ t: 'more', to })
      link.expectAnswer()
      return
    }
    resuming = 'no'
    link.answered()
    connection = connection.state === 'live' ? connection : { state: 'live', since: clock.now() }
    marks.report()
    sender.flush()
    // A room whose log was lost has its messages only in the history.
    if (timeline.messages.length === 0) void pager.loadOlder()
  }

  function startOver({ epoch, head: at }: Reset): void {
    timeline = timelines.applyReset(epoch)
    reset = null
    head = at
    pager.startOver()
  }

  function ack(frame: Ack): void {
    const message = sender.acked(frame)
    if (!message) return
    const hole = frame.seq > timelines.cursor(timeline) + 1
    timeline = timelines.applyAck(timeline, message)
    took([message], frame.seq)
    if (hole) missing()
  }

  function took(messages: readonly Message[], upTo: number): void {
    head = Math.max(head, upTo)
    for (const { by } of messages) if (by) typists.heard(by, false)
    sender.seen(messages)
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

  function kept(): Kept | null {
    if (!facts) return null
    const { epoch, covered, atStart, messages } = timelines.newest(timeline, keptMessages)
    const read = marks.readSoFar()
    return { room: { id: roomId, room: facts, members, epoch, head, covered, atStart, read }, messages }
  }

  function current(): RoomView {
    const rows = shownRows(timeline, sender.rows())
    const shown = { rows, older: pager.older(), head, here, typing: typists.people(), readAtOpen, durable }
    return { roomId, room: facts, closed, connection, me, members, ...shown }
  }

  function render(): void {
    if (!over) view.setState(current(), true)
  }

  return {
    view,
    ready,
    async send(text, options) {
      const id = await sender.send(text, options)
      giveUpOutside()
      announcer.ended()
      return id
    },
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
      if (Math.min(seq, head) <= marks.readSoFar()) return
      marks.read(Math.min(seq, head))
      members = raiseMarks(members, ownMarks())
      keeper.soon()
      render()
    },
    loadOlder: pager.loadOlder,
    loadGap: (_after, before) => pager.loadBelow(before),
    forgetOlder() {
      if (timeline.messages.length <= mostMessages) return
      timeline = timelines.newest(timeline, keptMessages)
      pager.startOver()
      render()
    },
    draft: () => store.draft(roomId).catch(() => ''),
    saveDraft: (text) => void store.saveDraft(roomId, text).catch(() => {}),
    renew: (ticket) => void link.send({ t: 'renew', ticket }),
    waiting: sender.waiting,
    close() {
      if (over) return
      over = true
      for (const stop of stopListening) stop()
      sender.down()
      marks.down()
      typists.clear()
      link.close()
      void keeper.now().then(keeper.stop)
    },
  }
}
