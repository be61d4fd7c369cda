import { copy } from './copy.ts'

/** What travels down a socket: a text, the close frame that ends it, or the news that it broke. */
export type Sent = { text: string } | { close: number } | { lost: true }

/** The object's end of a socket. What is sent leaves through the object's output gate. */
export class FakeSocket {
  readyState: 1 | 2 | 3 = 1
  tags: readonly string[] = []
  pongedAt: Date | null = null
  private attachment: unknown = null
  private closed = false
  private readonly gate: (run: () => void) => void
  private readonly early: Sent[] = []
  private peer: ((sent: Sent) => void) | null = null

  constructor(gate: (run: () => void) => void) {
    this.gate = gate
  }

  /** Whoever holds the other end hears from now on, and first what was sent before. */
  hear(peer: (sent: Sent) => void): void {
    this.peer = peer
    for (const sent of this.early.splice(0)) peer(sent)
  }

  accept(): void {}

  send(text: string): void {
    if (this.closed || this.readyState !== 1) throw new TypeError("Can't call WebSocket send() after close().")
    this.leave({ text })
  }

  close(code?: number, reason = ''): void {
    if (code !== undefined && ([1004, 1005, 1006, 1015].includes(code) || code < 1000 || code > 4999)) {
      throw new TypeError(`Invalid WebSocket close code: ${code}.`)
    }
    if (Buffer.byteLength(reason) > 123) throw new TypeError('The reason of a close frame has at most 123 bytes.')
    if (this.closed) return
    this.closed = true
    if (this.readyState === 1) this.readyState = 2
    this.leave({ close: code ?? 1005 })
  }

  /** The platform answers without the object, and past its gate. */
  pong(text: string, at: number): void {
    if (this.closed || this.readyState !== 1) return
    this.pongedAt = new Date(at)
    this.hand({ text })
  }

  /** The process at this end died. */
  break(): void {
    this.readyState = 3
    this.closed = true
    this.hand({ lost: true })
  }

  serializeAttachment(value: unknown): void {
    this.attachment = copy(value)
  }

  deserializeAttachment(): unknown {
    return copy(this.attachment)
  }

  private leave(sent: Sent): void {
    this.gate(() => this.hand(sent))
  }

  private hand(sent: Sent): void {
    if (this.peer) this.peer(sent)
    else this.early.push(sent)
  }
}
