/** Seqs in ascending order: how many come after one is a search and not a count. */
export class Seqs {
  private readonly list: number[] = []

  add(seq: number): void {
    const at = this.place(seq)
    if (this.list[at - 1] !== seq) this.list.splice(at, 0, seq)
  }

  remove(seq: number): void {
    const at = this.place(seq)
    if (this.list[at - 1] === seq) this.list.splice(at - 1, 1)
  }

  size(): number {
    return this.list.length
  }

  /** How many come after a seq. */
  after(seq: number): number {
    return this.list.length - this.place(seq)
  }

  /** The one that has so many after it; undefined: there are not so many. */
  fromEnd(count: number): number | undefined {
    return this.list[this.list.length - 1 - count]
  }

  /** Those after a seq, the newest first. */
  *downTo(seq: number): Generator<number> {
    for (let at = this.list.length - 1; at >= 0 && this.list[at]! > seq; at--) yield this.list[at]!
  }

  /** How many are not after a seq. */
  private place(seq: number): number {
    let [low, high] = [0, this.list.length]
    // What comes is mostly the newest.
    if (high > 0 && this.list[high - 1]! <= seq) return high
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.list[middle]! <= seq) low = middle + 1
      else high = middle
    }
    return low
  }
}
