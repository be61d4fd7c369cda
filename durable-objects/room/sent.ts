import { limits } from '../../protocol/limits.ts'

/** A place among the live frames of a room: so many, and so many characters, had been sent by then. */
export interface Place {
  frames: number
  bytes: number
}

/**
 * The live frames that everyone was sent, counted once for all sockets. A socket that says how far it is has a place
 * among them; the difference to the end is what it may not have read. Only as many are remembered as a socket may lag.
 */
export class Sent {
  private readonly last: (Place & { to: number })[] = []
  private frames = 0
  private bytes = 0

  /** One more frame, which ends at a seq. */
  add(to: number, bytes: number): void {
    this.frames += 1
    this.bytes += bytes
    this.last.push({ to, frames: this.frames, bytes: this.bytes })
    if (this.last.length > limits.lagFrames + 1) this.last.shift()
  }

  /** Where a socket stands that has everything. */
  end(): Place {
    return { frames: this.frames, bytes: this.bytes }
  }

  /** Where a socket stands that has applied everything up to a seq; null when that is too long ago to be known. */
  at(seq: number): Place | null {
    const { last } = this
    let [low, high] = [0, last.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (last[middle]!.to <= seq) low = middle + 1
      else high = middle
    }
    return last[low - 1] ?? null
  }

  /** Whether a socket at this place is too far behind. */
  lags({ frames, bytes }: Place): boolean {
    return this.frames - frames > limits.lagFrames || this.bytes - bytes > limits.lagBytes
  }
}
