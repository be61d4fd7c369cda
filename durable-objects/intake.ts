import type { Upstream } from '../protocol/upstream.ts'
import { beat, busy, still } from './room/tempo.ts'

// 2 ms: what comes while the disk is busy with the last commit shares the next one, and nobody waits long for company.
const companyMs = 2

// 128 frames take about as long as a commit: more at once would keep everyone waiting.
const mostAtOnce = 128

/**
 * What sockets say, in order. In a quiet room each frame is handled as it comes. In a busy one, frames that write are
 * collected and handled together in one synchronous turn, which is one commit: a disk that takes 4 ms for a commit
 * would otherwise end a room's pace at 250 messages a second.
 */
export class Intake {
  private readonly handle: (socket: WebSocket, frame: Upstream) => void
  private readonly queue: { socket: WebSocket; frame: Upstream }[] = []
  private tempo = still
  private timer: ReturnType<typeof setTimeout> | null = null

  /** `handle` never throws: a frame that fails does not take its neighbours down. */
  constructor(handle: (socket: WebSocket, frame: Upstream) => void) {
    this.handle = handle
  }

  take(socket: WebSocket, frame: Upstream): void {
    const now = Date.now()
    const writing = writes(frame)
    if (writing) this.tempo = beat(this.tempo, now)
    // Behind frames that wait, every frame waits: the order of a socket is kept.
    if (this.queue.length === 0 && !(writing && busy(this.tempo, now))) return this.handle(socket, frame)
    this.queue.push({ socket, frame })
    if (this.queue.length >= mostAtOnce) this.drain()
    else this.timer ??= setTimeout(() => this.drain(), companyMs)
  }

  /** Handles what waits. */
  drain(): void {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
    for (const { socket, frame } of this.queue.splice(0)) this.handle(socket, frame)
  }
}

function writes({ t }: Upstream): boolean {
  switch (t) {
    case 'post':
    case 'edit':
    case 'delete':
    case 'undelete':
    case 'react':
    case 'pin':
    case 'change':
    case 'unread':
      return true
    case 'hello':
    case 'more':
    case 'mark':
    case 'typing':
    case 'look':
    case 'renew':
      return false
  }
}
