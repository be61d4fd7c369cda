import { closeCodes } from '../../protocol/close-codes.ts'
import type { InboxDownstream } from '../../protocol/inbox.ts'
import { limits } from '../../protocol/limits.ts'
import { held, hold, trySend, type Held } from '../sockets.ts'

/** What a device's socket remembers while the inbox sleeps. */
export interface DeviceAttachment extends Held {
  /** Names this socket among all that this inbox ever had. */
  key: string
  /** What it said hello with, while that is not answered. */
  asked?: { epoch: string | null; since: number } | null
  /** It said hello and was answered: it hears what changes from then on. */
  welcomed: boolean
  /** When it was last heard of, but for its pings. */
  seenAt: number
  /** The inbox is open there, but nobody sits before it. */
  away: boolean
}

/** The open sockets of one person's devices. The platform holds them. */
export class Devices {
  private readonly ctx: DurableObjectState

  constructor(ctx: DurableObjectState) {
    this.ctx = ctx
  }

  accept(socket: WebSocket, attachment: DeviceAttachment): void {
    this.ctx.acceptWebSocket(socket, [`d:${attachment.device}`])
    hold(socket, attachment)
  }

  all(): WebSocket[] {
    return this.ctx.getWebSockets().filter((socket) => socket.readyState === WebSocket.OPEN)
  }

  /** Whether a socket is open. */
  any(): boolean {
    return this.all().length > 0
  }

  /**
   * Whether anyone listens. A socket that gave no sign of life for longer than any page is kept from its pings is
   * closed: what nobody hears would count as told.
   */
  listen(now: number): boolean {
    let anyone = false
    for (const socket of this.all()) {
      if (this.aliveAt(socket) > now - limits.presenceLeaseMs) anyone = true
      else socket.close(closeCodes.tooSlow, 'No sign of life for too long.')
    }
    return anyone
  }

  welcomed(): WebSocket[] {
    return this.all().filter((socket) => deviceAt(socket).welcomed)
  }

  send(socket: WebSocket, frame: InboxDownstream): void {
    trySend(socket, JSON.stringify(frame))
  }

  /** Sends one frame, serialised once, to every device that was welcomed, but for `except`. */
  tell(frame: InboxDownstream, except?: WebSocket): void {
    const text = JSON.stringify(frame)
    for (const socket of this.welcomed()) if (socket !== except) trySend(socket, text)
  }

  /** When a device last gave a sign of life; the platform answers pings without waking us. */
  aliveAt(socket: WebSocket): number {
    const ponged = this.ctx.getWebSocketAutoResponseTimestamp(socket)?.getTime() ?? 0
    return Math.max(deviceAt(socket).seenAt, ponged)
  }

  /** Pings are answered with the inbox's version, so that a deaf socket is noticed without waking the inbox. */
  answerPings(version: number): void {
    this.ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair('ping', `pong:${version}`))
  }
}

export function deviceAt(socket: WebSocket): DeviceAttachment {
  return held(socket) as DeviceAttachment
}

export function noteDevice(socket: WebSocket, change: Partial<DeviceAttachment>): void {
  hold(socket, { ...deviceAt(socket), ...change } satisfies DeviceAttachment)
}
