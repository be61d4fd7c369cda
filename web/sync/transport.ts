/** What a link hears of its transport. */
export interface TransportEvents {
  /** An attempt begins. */
  connecting(): void
  open(): void
  text(data: string): void
  /** The connection is gone, or the attempt failed. `retryAt` is null when the transport will not try again by itself. */
  down(code: number, retryAt: number | null): void
}

/** One reconnecting connection that carries text both ways, in order. Tests put a link of their own here. */
export interface Transport {
  /** False when it is not open: nothing is ever kept for later, the outbox does that. */
  send(text: string): boolean
  /** Gives up the present connection, if any, and tries at once. */
  reconnect(): void
  close(): void
}

export type OpenTransport = (roomId: string, events: TransportEvents) => Transport
