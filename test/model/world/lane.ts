import type { Random } from '../platform/random.ts'
import type { VirtualTime } from '../platform/virtual-time.ts'

/** One direction of a connection: in order, each frame a little later, until it is cut or goes deaf. */
export class Lane<T> {
  /** A deaf lane swallows what is sent from now on; nobody is told. */
  deaf = false
  /** How long frames take at most. */
  slowestMs = 40
  private cutOff = false
  private lastAt = 0
  private readonly time: VirtualTime
  private readonly random: Random
  private readonly arrive: (item: T) => void

  constructor(time: VirtualTime, random: Random, arrive: (item: T) => void) {
    this.time = time
    this.random = random
    this.arrive = arrive
  }

  send(item: T): void {
    if (this.deaf) return
    const at = Math.max(this.lastAt, this.time.now() + this.random.int(1, this.slowestMs))
    this.lastAt = at
    this.time.after(at - this.time.now(), () => {
      if (!this.cutOff) this.arrive(item)
    })
  }

  /** What is under way is lost, too. */
  cut(): void {
    this.cutOff = true
  }
}
