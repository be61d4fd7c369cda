import { closeCodes } from '../protocol/close-codes.ts'
import type { Downstream } from '../protocol/downstream.ts'
import { limits } from '../protocol/limits.ts'
import type { Presence } from './room/here.ts'
import type { GuestVisitor, Visitor } from './visitor.ts'

/** Whose socket it is, and until when their session lasts. */
export type Held = Visitor

/**
 * What a socket remembers while the room sleeps. `live`: it gets changes as they happen; otherwise it has not said
 * hello, or is still catching up from `from` on.
 */
export interface Attachment extends Visitor {
  live: boolean
  from: number
  seenAt: number
  /** What was said up to this seq is not theirs to read; absent: all is. */
  historyFrom?: number
  /** The room is open, but nobody looks at it. */
  away?: boolean
  /** It did not keep up since then, and has not said hello again. */
  lagsSince?: number
}

/** What a guest's socket remembers while the room sleeps. `first`: the lowest seq that its client holds. */
export interface GuestAttachment extends GuestVisitor {
  live: boolean
  first: number
  seenAt: number
  lagsSince?: number
}

/** What every guest's socket is found by. */
const guestsTag = 'guests'

/** The open sockets of one room: its members', and apart from them the guests'. The platform holds them; this reads and writes what is attached to them. */
export class Sockets {
  private readonly ctx: DurableObjectState
  private counted: number | null = null

  constructor(ctx: DurableObjectState) {
    this.ctx = ctx
  }

  /** Accepts a socket so that the room may hibernate under it. */
  accept(socket: WebSocket, attachment: Attachment): void {
    this.ctx.acceptWebSocket(socket, [`u:${attachment.person}`, `d:${attachment.device}`])
    attach(socket, attachment)
    if (this.counted !== null) this.counted += 1
  }

  acceptGuest(socket: WebSocket, attachment: GuestAttachment): void {
    this.ctx.acceptWebSocket(socket, [guestsTag, guestTag(attachment.guest.meeting, attachment.guest.id)])
    attachGuest(socket, attachment)
  }

  /** The members'. */
  all(): WebSocket[] {
    const open = this.everyone().filter((socket) => !isGuest(socket))
    this.counted = open.length
    return open
  }

  /** The members' and the guests'. */
  everyone(): WebSocket[] {
    return this.ctx.getWebSockets().filter((socket) => socket.readyState === WebSocket.OPEN)
  }

  guests(): WebSocket[] {
    return this.ctx.getWebSockets(guestsTag).filter((socket) => socket.readyState === WebSocket.OPEN)
  }

  of(person: string): WebSocket[] {
    return this.ctx.getWebSockets(`u:${person}`)
  }

  ofGuest(meeting: string, guest: string): WebSocket[] {
    return this.ctx.getWebSockets(guestTag(meeting, guest))
  }

  /** How many are open. */
  count(): number {
    return this.counted ?? this.all().length
  }

  /** One has closed. */
  gone(): void {
    this.counted = null
  }

  live(): WebSocket[] {
    return this.all().filter((socket) => attached(socket).live)
  }

  /**
   * Those who were told how the room stands, and keep up with it: all but the log reaches them also while they catch up,
   * since it stands in no chunk.
   */
  welcomed(): WebSocket[] {
    return this.all().filter((socket) => isWelcomed(attached(socket)))
  }

  /** Sends one frame, serialised once, to everyone who was welcomed, but for those of `except`. */
  broadcast(frame: Downstream, except?: string): void {
    const text = JSON.stringify(frame)
    for (const socket of this.welcomed()) if (attached(socket).person !== except) trySend(socket, text)
  }

  send(socket: WebSocket, frame: Downstream): void {
    trySend(socket, JSON.stringify(frame))
  }

  /** Who has said hello here and when each last gave a sign of life; the platform answers pings without waking us. */
  presences(): Presence[] {
    return this.all()
      .map((socket) => ({ socket, ...attached(socket) }))
      .filter(({ seenAt, away }) => seenAt > 0 && !away)
      .map(({ socket, person, seenAt }) => {
        const ponged = this.ctx.getWebSocketAutoResponseTimestamp(socket)?.getTime() ?? 0
        return { person, seenAt: Math.max(seenAt, ponged) }
      })
  }

  /** Pings are answered with the room's head, so that a socket that is open but deaf is noticed without waking the room. */
  answerPings(head: number): void {
    this.ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair('ping', `pong:${head}`))
  }
}

function guestTag(meeting: string, guest: string): string {
  return `g:${meeting}:${guest}`
}

/** Who lags says hello again, and is told everything then. */
export function isWelcomed({ seenAt, lagsSince }: Attachment): boolean {
  return seenAt > 0 && lagsSince === undefined
}

/** A page cannot see a refused handshake, so the upgrade is accepted and closed with its reason. */
export function closedSocket(code: number, reason: string): Response {
  const pair = new WebSocketPair()
  pair[1].accept()
  pair[1].close(code, reason)
  return new Response(null, { status: 101, webSocket: pair[0] })
}

/** The other side closed: its code is echoed, so that the handshake ends. */
export function answerClose(socket: WebSocket, code: number): void {
  // 1005: the peer gave no code; 1004: one that may not be sent back. 1006 and 1015: it sent no close frame, so there
  // is nobody to answer.
  if (code === 1004 || code === 1005) socket.close()
  else if (code !== 1006 && code !== 1015) socket.close(code)
}

/** Closes whose session is over, and says when the next one is. */
export function endSessions(sockets: WebSocket[], now: number): number | null {
  let next: number | null = null
  for (const socket of sockets) {
    const over = held(socket).expiresAt + limits.sessionSlackMs
    if (over <= now) socket.close(closeCodes.signIn, 'The session is over.')
    else next = Math.min(next ?? over, over)
  }
  return next
}

// What is attached is serialised anew at each reading, and a broadcast asks every socket. A socket that wakes with its
// object is another one, so nothing here outlives a sleep.
const read = new WeakMap<WebSocket, Held | GuestVisitor>()

/** What is attached to a socket, as far as rooms and inboxes share it. */
export function held(socket: WebSocket): Held {
  return whoseEver(socket) as Held
}

function whoseEver(socket: WebSocket): Held | GuestVisitor {
  const known = read.get(socket)
  if (known) return known
  const attachment = socket.deserializeAttachment() as Held | GuestVisitor
  read.set(socket, attachment)
  return attachment
}

export function hold(socket: WebSocket, attachment: Held | GuestVisitor): void {
  socket.serializeAttachment(attachment)
  read.set(socket, attachment)
}

export function attached(socket: WebSocket): Attachment {
  return held(socket) as Attachment
}

export function attach(socket: WebSocket, attachment: Attachment): void {
  hold(socket, attachment)
}

export function isGuest(socket: WebSocket): boolean {
  return 'guest' in whoseEver(socket)
}

export function attachedGuest(socket: WebSocket): GuestAttachment {
  return whoseEver(socket) as GuestAttachment
}

export function attachGuest(socket: WebSocket, attachment: GuestAttachment): void {
  hold(socket, attachment)
}

/** Sends what was serialised already. */
export function trySend(socket: WebSocket, text: string): void {
  try {
    socket.send(text)
  } catch {
    // It closed a moment ago; its close event follows.
  }
}
