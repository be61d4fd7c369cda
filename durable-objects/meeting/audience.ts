import type { MeetingDownstream } from '../../protocol/meetings.ts'
import { limits } from '../../protocol/limits.ts'
import { held, hold, trySend, type Held } from '../sockets.ts'
import type { Attendee, Gathering } from './core/gathering.ts'
import { hosts } from './core/gathering.ts'
import { lobbyFrame, meetingFrame, youFrame } from './core/views.ts'

/** What a socket remembers while the meeting sleeps. `person` is a person's id, or a guest's. */
interface Seat extends Held {
  openedAt: number
}

/** The open sockets of a meeting. The platform holds them. */
export class Audience {
  private readonly ctx: DurableObjectState

  constructor(ctx: DurableObjectState) {
    this.ctx = ctx
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair('ping', 'pong'))
  }

  accept(socket: WebSocket, seat: Seat): void {
    this.ctx.acceptWebSocket(socket, [`u:${seat.person}`])
    hold(socket, seat)
  }

  all(): WebSocket[] {
    return this.ctx.getWebSockets().filter((socket) => socket.readyState === WebSocket.OPEN)
  }

  of(id: string): WebSocket[] {
    return this.ctx.getWebSockets(`u:${id}`).filter((socket) => socket.readyState === WebSocket.OPEN)
  }

  /** Whether someone gives signs of life here, but for one device. The platform answers pings without waking us. */
  there(id: string, now: number, except?: string): boolean {
    return this.of(id).some((socket) => {
      const { openedAt, device } = held(socket) as Seat
      const ponged = this.ctx.getWebSocketAutoResponseTimestamp(socket)?.getTime() ?? 0
      return device !== except && Math.max(openedAt, ponged) > now - limits.presenceLeaseMs
    })
  }

  /** Everything that someone may hear, for a socket that has just opened. */
  welcome(socket: WebSocket, gathering: Gathering): void {
    const { person: id } = held(socket)
    const someone = gathering.people.get(id)
    say(socket, youFrame(gathering, id))
    if (someone?.standing === 'admitted') say(socket, meetingFrame(gathering))
    if (leads(someone)) say(socket, lobbyFrame(gathering))
  }

  /** Tells everyone what has changed for them. */
  tell(before: Gathering, now: Gathering): void {
    const meeting = changed(before, now, meetingFrame)
    const lobby = changed(before, now, lobbyFrame)
    for (const socket of this.all()) {
      const { person: id } = held(socket)
      const [was, is] = [before.people.get(id), now.people.get(id)]
      const you = changed(before, now, (gathering) => youFrame(gathering, id))
      if (you) trySend(socket, you)
      const comes = is?.standing === 'admitted' && was?.standing !== 'admitted'
      if (comes) say(socket, meetingFrame(now))
      else if (meeting && is?.standing === 'admitted') trySend(socket, meeting)
      if (leads(is) && !leads(was)) say(socket, lobbyFrame(now))
      else if (lobby && leads(is)) trySend(socket, lobby)
    }
  }

  say(id: string, frame: MeetingDownstream): void {
    for (const socket of this.of(id)) say(socket, frame)
  }

  close(id: string, code: number, reason: string): void {
    for (const socket of this.of(id)) socket.close(code, reason)
  }
}

export function say(socket: WebSocket, frame: MeetingDownstream): void {
  trySend(socket, JSON.stringify(frame))
}

function leads(someone: Attendee | undefined): boolean {
  return someone?.standing === 'admitted' && hosts(someone)
}

/** A frame as text where it says something else by now; null: it does not. */
function changed(before: Gathering, now: Gathering, frame: (of: Gathering) => MeetingDownstream): string | null {
  if (before === now) return null
  const text = JSON.stringify(frame(now))
  return text === JSON.stringify(frame(before)) ? null : text
}
