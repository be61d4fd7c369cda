import { limits } from '../protocol/limits.ts'
import { attached, trySend, type Sockets } from './sockets.ts'

/** How many are writing, where too many are here to name them. */
export class Typists {
  private readonly sockets: Sockets
  private readonly until = new Map<string, number>()
  private told = 0
  private timer: ReturnType<typeof setTimeout> | null = null

  constructor(sockets: Sockets) {
    this.sockets = sockets
  }

  /** Someone is writing, or has stopped. It is told at the next second. */
  heard(person: string, on: boolean): void {
    if (on) this.until.set(person, Date.now() + limits.typingLeaseMs)
    else this.until.delete(person)
    if (this.until.size > 0) this.timer ??= setTimeout(() => this.tell(), limits.typistsEveryMs)
  }

  private tell(): void {
    const now = Date.now()
    for (const [person, until] of this.until) if (until <= now) this.until.delete(person)
    const count = this.until.size
    this.timer = count > 0 ? setTimeout(() => this.tell(), limits.typistsEveryMs) : null
    if (count === this.told) return
    this.told = count
    const [text, fewer] = [textOf(count), textOf(Math.max(0, count - 1))]
    // Nobody hears of their own writing.
    for (const socket of this.sockets.welcomed())
      trySend(socket, this.until.has(attached(socket).person) ? fewer : text)
  }
}

function textOf(count: number): string {
  return JSON.stringify({ t: 'typists', count })
}
