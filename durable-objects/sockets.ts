import type { Downstream } from '../protocol/downstream.ts'
import type { Presence } from './room/here.ts'

/**
 * What a socket remembers while the room sleeps. `live`: it gets frames as they happen; otherwise it has not said
 * hello, or is still catching up from `from` on.
 */
export interface Attachment {
  person: string
  device: string
  expiresAt: number
  live: boolean
  from: number
  seenAt: number
  /** The room is open, but nobody looks at it. */
  away?: boolean
}

/** The open sockets of one room. The platform holds them; this reads and writes what is attached to them. */
export class Sockets {
  private readonly ctx: DurableObjectState

  constructor(ctx: DurableObjectState) {
    this.ctx = ctx
  }

  /** Accepts a socket so that the room may hibernate under it. */
  accept(socket: WebSocket, attachment: Attachment): void {
    this.ctx.acceptWebSocket(socket, [`u:${attachment.person}`, `d:${attachment.device}`])
    attach(socket, attachment)
  }

  all(): WebSocket[] {
    return this.ctx.getWebSockets().filter((socket) => socket.readyState === WebSocket.OPEN)
  }

  of(person: string): WebSocket[] {
    return this.ctx.getWebSockets(`u:${person}`)
  }

  /** Sends one frame, serialised once, to every live socket, but for those of `except`. */
  broadcast(frame: Downstream, except?: string): void {
    const text = JSON.stringify(frame)
    for (const socket of this.all()) {
      const { live, person } = attached(socket)
      if (live && person !== except) trySend(socket, text)
    }
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

/** A page cannot see a refused handshake, so the upgrade is accepted and closed with its reason. */
export function closedSocket(code: number, reason: string): Response {
  const pair = new WebSocketPair()
  pair[1].accept()
  pair[1].close(code, reason)
  return new Response(null, { status: 101, webSocket: pair[0] })
}

export function attached(socket: WebSocket): Attachment {
  return socket.deserializeAttachment() as Attachment
}

export function attach(socket: WebSocket, attachment: Attachment): void {
  socket.serializeAttachment(attachment)
}

function trySend(socket: WebSocket, text: string): void {
  try {
    socket.send(text)
  } catch {
    // It closed a moment ago; its close event follows.
  }
}
