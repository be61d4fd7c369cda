import { createStore, type StoreApi } from 'zustand/vanilla'
import { GuestDownstream, type GuestMessage, type GuestUpstream } from '../../protocol/guest-chat.ts'
import { uuidV7 } from '../../protocol/ids.ts'
import { limits } from '../../protocol/limits.ts'
import { MessageText } from '../../protocol/text.ts'
import { protocolVersion } from '../../protocol/version.ts'
import { alarm, type Clock } from './clock.ts'
import { openLink, type Refresh } from './link.ts'
import { addRange, cursorOf, lowestOf, type Ranges } from './ranges.ts'
import type { Transport, TransportEvents } from './transport.ts'
import type { Closed, Connection } from './types.ts'

/** What a guest said and the room has not confirmed yet; `why`: it is refused for good. */
export interface Unsaid {
  id: string
  text: string
  replyTo: number | null
  at: number
  why: string | null
}

/** Everything that a screen shows of a meeting's chat to whoever is no member of its room. Replaced, never mutated. */
export interface GuestChatView {
  connection: Connection
  closed: Closed | null
  /** Who the guest is here; null until the room has answered for the first time. */
  me: { id: string; name: string } | null
  roomName: string | null
  /** Nobody but admins writes in the room. */
  announcing: boolean
  /** By seq. */
  messages: readonly GuestMessage[]
  /** In the order in which it was said. */
  unsaid: readonly Unsaid[]
}

export interface GuestChatDeps {
  openTransport(events: TransportEvents): Transport
  refresh(): Promise<Refresh>
  clock: Clock
  random(): number
  randomBytes(count: number): Uint8Array
}

export interface GuestChat {
  view: StoreApi<GuestChatView>
  /** Says something; it is shown at once and sent as soon as there is a connection. RangeError: it does not fit. */
  send(text: string, replyTo?: number): string
  /** Sends what was refused once more, or takes it back. */
  retry(id: string): void
  discard(id: string): void
  /** The page is back: whether the connection still hears is asked at once. */
  verify(): void
  close(): void
}

/**
 * A meeting's chat for its guests: it resumes from what it holds, in memory alone, and what is said waits here until the room has
 * confirmed it. One post is on its way at a time, so that their order is the guest's.
 */
export function openGuestChat(deps: GuestChatDeps): GuestChat {
  const { clock } = deps
  let connection: Connection = { state: 'connecting', since: clock.now() }
  let closed: Closed | null = null
  let me: GuestChatView['me'] = null
  let roomName: string | null = null
  let announcing = false
  let epoch: number | null = null
  let covered: Ranges = []
  let held: ReadonlyMap<number, GuestMessage> = new Map()
  let unsaid: readonly Unsaid[] = []
  let sent: string | null = null
  // The room said when it hears the next post.
  let paused = false
  let frames = 0
  // How far the room's clock is ahead of this one.
  let ahead = 0
  const again = alarm(clock)
  const expiry = alarm(clock)

  const view = createStore<GuestChatView>(current)
  const link = openLink<GuestUpstream, typeof GuestDownstream>(
    { ...deps, schema: GuestDownstream },
    {
      connecting() {
        is('connecting')
      },
      open: hello,
      frame(frame) {
        hear(frame)
        render()
      },
      head(head) {
        if (connection.state === 'live' && head > cursor()) hello()
      },
      down(retryAt) {
        connection = { state: 'offline', since: clock.now(), retryAt }
        sent = null
        goOn()
        render()
      },
      closed(why) {
        closed = why
        connection = { state: 'offline', since: clock.now(), retryAt: null }
        again.clear()
        expiry.clear()
        render()
      },
    },
  )

  function current(): GuestChatView {
    const now = clock.now() + ahead
    const messages = [...held.values()]
      .filter(({ expiresAt = Infinity }) => expiresAt > now)
      .sort((one, other) => one.seq - other.seq)
    return { connection, closed, me, roomName, announcing, messages, unsaid }
  }

  function render(): void {
    view.setState(current(), true)
  }

  function is(state: 'connecting' | 'catching_up' | 'live'): void {
    if (connection.state !== state) connection = { state, since: clock.now() }
    render()
  }

  function cursor(): number {
    return cursorOf(covered) ?? 0
  }

  function hello(): void {
    sent = null
    is('catching_up')
    link.send({ t: 'hello', v: protocolVersion, epoch, since: cursor(), from: lowestOf(covered) ?? 0 })
    link.expectAnswer()
  }

  function hear(frame: GuestDownstream): void {
    switch (frame.t) {
      case 'welcome':
        me = frame.me
        roomName = frame.room.name
        announcing = frame.room.postPolicy === 'admins'
        ahead = frame.now - clock.now()
        epoch ??= frame.epoch
        break
      case 'reset':
        epoch = frame.epoch
        covered = []
        held = new Map()
        break
      case 'changes':
        return take(frame)
      case 'lagging':
        return hello()
      case 'ack':
        unsaid = unsaid.filter(({ id }) => id !== frame.id || holds(frame.seq))
        if (frame.id === sent) next()
        break
      case 'refused':
        refused(frame)
    }
  }

  function take({ covers, messages, live }: Extract<GuestDownstream, { t: 'changes' }>): void {
    // Something in between never came.
    if (covered.length > 0 && covers[0] > cursor() + 1) return hello()
    const next = new Map(held)
    for (const message of messages) if (message.rev > (next.get(message.seq)?.rev ?? 0)) next.set(message.seq, message)
    held = next
    covered = addRange(covered, covers)
    const said = new Set(messages.map(({ id }) => id))
    unsaid = unsaid.filter(({ id }) => !said.has(id))
    forgetInTime()
    if (!live) return void link.send({ t: 'more', to: covers[1] })
    link.answered()
    if (connection.state !== 'live') {
      is('live')
      flush()
    } else if (++frames % limits.reportFrames === 0) link.send({ t: 'more', to: cursor() })
  }

  /** What disappears is hidden at its time, whatever was heard by then. */
  function forgetInTime(): void {
    const times = [...held.values()].flatMap(({ expiresAt }) => expiresAt ?? [])
    const next = Math.min(...times.filter((at) => at > clock.now() + ahead))
    if (next === Infinity) return
    expiry.set(Math.min(next - clock.now() - ahead, 3_600_000), () => {
      render()
      forgetInTime()
    })
  }

  /** Whether what was confirmed is to be shown by what it became: until then it stays where it waits. */
  function holds(seq: number): boolean {
    return cursor() < seq
  }

  function refused({ id, reason, detail, retryAfterMs }: Extract<GuestDownstream, { t: 'refused' }>): void {
    if (id === null || id !== sent) return
    sent = null
    if (retryAfterMs !== undefined) return rest(retryAfterMs)
    unsaid = unsaid.map((one) => (one.id === id ? { ...one, why: detail || reason } : one))
    flush()
  }

  function rest(ms: number): void {
    paused = true
    again.set(ms, () => {
      paused = false
      flush()
    })
  }

  function goOn(): void {
    paused = false
    again.clear()
  }

  /** The post that was on its way has arrived: what it became may come in a frame of its own. */
  function next(): void {
    const done = sent
    sent = null
    flush(done)
  }

  function flush(done: string | null = null): void {
    if (connection.state !== 'live' || sent !== null || paused) return
    const waiting = unsaid.slice(unsaid.findIndex(({ id }) => id === done) + 1)
    const first = waiting.find(({ why }) => why === null)
    if (!first) return
    const { id, text, replyTo } = first
    if (link.send({ t: 'post', id, text, ...(replyTo !== null && { replyTo }) })) sent = id
  }

  return {
    view,
    send(text, replyTo) {
      if (!MessageText.safeParse(text).success) throw new RangeError('This text does not fit into a message.')
      const id = uuidV7(clock.now(), deps.randomBytes(10))
      unsaid = [...unsaid, { id, text, replyTo: replyTo ?? null, at: clock.now(), why: null }]
      flush()
      render()
      return id
    },
    retry(id) {
      unsaid = unsaid.map((one) => (one.id === id ? { ...one, why: null } : one))
      flush()
      render()
    },
    discard(id) {
      unsaid = unsaid.filter((one) => one.id !== id || one.why === null)
      render()
    },
    verify: () => link.verify(),
    close() {
      again.clear()
      expiry.clear()
      link.close()
    },
  }
}
