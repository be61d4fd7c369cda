import { closeCodes } from '../protocol/close-codes.ts'
import type { Changes } from '../protocol/downstream.ts'
import { limits } from '../protocol/limits.ts'
import { chunks } from './frames.ts'
import { after, merged, since, type Changed } from './room/changed.ts'
import { Sent, type Place } from './room/sent.ts'
import { beat, busy, still } from './room/tempo.ts'
import { attach, attached, attachedGuest, trySend, type Sockets } from './sockets.ts'
import type { Agenda } from './storage/agenda.ts'

/** A live socket: what it was told last, where it stands among the frames by its own report, and what it may not read. */
interface Reader {
  told: number
  place: Place
  historyFrom: number
}

/**
 * What has just changed, on its way to the live sockets. In a quiet room it goes at once, in a busy one together with
 * what else happens meanwhile. Who does not keep up is told so and gets no more until it has said hello again.
 */
export class Feed {
  private readonly sockets: Sockets
  private readonly agenda: Agenda
  // In memory: a room that has slept had told everyone everything, and begins to count anew.
  /** What a guest hears of what has changed. */
  guestView: (socket: WebSocket, changed: Changed) => string = () => ''
  private readonly readers = new WeakMap<WebSocket, Reader>()
  private readonly sent = new Sent()
  private readonly waiting: Changed[] = []
  private tempo = still
  private toldAt = 0
  private timer: ReturnType<typeof setTimeout> | null = null

  constructor(sockets: Sockets, agenda: Agenda) {
    this.sockets = sockets
    this.agenda = agenda
  }

  announce(changed: Changed): void {
    const now = Date.now()
    this.tempo = beat(this.tempo, now, changed.covers[1] - changed.covers[0] + 1)
    this.waiting.push(changed)
    if (this.timer !== null) return
    if (!this.busy(now)) return this.tell()
    // Also when the last frame is long ago: the frames that are handled in this turn go together.
    this.timer = setTimeout(() => this.tell(), Math.max(0, this.toldAt + limits.busyFrameMs - now))
  }

  /** Whether live frames are sent together, and signals dropped. */
  busy(now: number): boolean {
    return busy(this.tempo, now) || this.sockets.count() > limits.busySockets
  }

  /** The socket has everything up to a seq and is live from here on. */
  begin(socket: WebSocket, told: number): void {
    this.meet(socket, told)
  }

  /** The socket's client has applied everything up to a seq. */
  reported(socket: WebSocket, seq: number): void {
    const reader = this.readers.get(socket)
    const place = this.sent.at(seq)
    if (reader && place && place.frames > reader.place.frames) reader.place = place
  }

  /** What waits belongs to an epoch that is over. */
  forget(): void {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
    this.waiting.length = 0
  }

  /** Closes who did not say hello again in time; answers when the next one is due, or null. */
  closeLaggards(now: number): number | null {
    let next: number | null = null
    for (const socket of this.sockets.everyone()) {
      const { lagsSince } = attached(socket)
      if (lagsSince === undefined) continue
      const due = lagsSince + limits.lagMs
      if (due <= now) socket.close(closeCodes.tooSlow, 'The socket did not keep up.')
      else next = Math.min(next ?? due, due)
    }
    return next
  }

  private tell(): void {
    this.timer = null
    this.toldAt = Date.now()
    const [first, ...rest] = this.waiting.splice(0)
    if (!first) return
    const changed = merged([first, ...rest])
    for (const part of parts(changed)) this.send(part)
    // A pong that names what is still on its way would send everyone back to say hello.
    this.sockets.answerPings(changed.covers[1])
  }

  private send(part: Changed): void {
    const [from, to] = part.covers
    const text = textOf(part)
    this.sent.add(to, text.length)
    for (const socket of this.sockets.live()) {
      const reader = this.readers.get(socket) ?? this.meet(socket, from - 1)
      if (reader.told >= to) continue
      // It became live while this was waiting, with a part of it.
      const whole = reader.told < from && reader.historyFrom === 0
      trySend(socket, whole ? text : textOf(after(since(part, Math.max(reader.told, from - 1)), reader.historyFrom)))
      reader.told = to
      if (this.sent.lags(reader.place)) this.lag(socket)
    }
    for (const socket of this.sockets.guests()) {
      if (attachedGuest(socket).live) this.sendGuest(socket, part)
    }
  }

  private sendGuest(socket: WebSocket, part: Changed): void {
    const [from, to] = part.covers
    const reader = this.readers.get(socket) ?? this.meet(socket, from - 1)
    if (reader.told >= to) return
    trySend(socket, this.guestView(socket, reader.told < from ? part : since(part, reader.told)))
    reader.told = to
    if (this.sent.lags(reader.place)) this.lag(socket)
  }

  private meet(socket: WebSocket, told: number): Reader {
    const { historyFrom = 0 } = attached(socket)
    const reader = { told, place: this.sent.end(), historyFrom }
    this.readers.set(socket, reader)
    return reader
  }

  private lag(socket: WebSocket): void {
    const now = Date.now()
    attach(socket, { ...attached(socket), live: false, lagsSince: now })
    trySend(socket, JSON.stringify({ t: 'lagging' }))
    this.agenda.hasten('slow', now + limits.lagMs)
  }
}

/** Where one frame is not enough, what touched many messages comes with the last. */
function* parts({ covers: [from, to], messages, ...facts }: Changed): Generator<Changed> {
  let start = from
  const runs = [...chunks(messages)]
  for (const [index, run] of runs.entries()) {
    const last = index === runs.length - 1
    const end = last ? to : run.at(-1)!.rev
    yield { covers: [start, end], messages: run, ...(last && facts) }
    start = end + 1
  }
}

function textOf(changed: Changed): string {
  return JSON.stringify({ t: 'changes', ...changed, live: true } satisfies Changes)
}
