/** Whoever was told to wait and does not come again in this time has let the message go. */
const patienceMs = 10_000

/**
 * The message that a socket has to send again first. What was sent behind it is refused as well until it comes, so
 * that a pace or a defect never turns the order of two messages round. Kept in memory alone: a room that sleeps has
 * nothing in flight.
 */
export class HeldBack {
  private readonly first = new WeakMap<WebSocket, { id: string; until: number }>()

  /** This message was refused for now. */
  hold(socket: WebSocket, id: string, retryAfterMs: number, now: number): void {
    if (!this.ahead(socket, id, now)) this.first.set(socket, { id, until: now + retryAfterMs + patienceMs })
  }

  /** The other message that has to come before this one, or null. */
  ahead(socket: WebSocket, id: string, now: number): string | null {
    const held = this.first.get(socket)
    return held && held.id !== id && now < held.until ? held.id : null
  }

  /** The message was taken, or refused for good. */
  release(socket: WebSocket): void {
    this.first.delete(socket)
  }
}
