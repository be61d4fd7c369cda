import { freshPace, spend, type Pace, type Rate } from './room/pace.ts'

/** How much each person does, by one rate. Kept in memory: an object that slept was not flooded. */
export class Paces {
  private readonly rate: Rate
  private readonly paces = new Map<string, Pace>()

  constructor(rate: Rate) {
    this.rate = rate
  }

  /** Counts one more. Where that is one too many it does not count, and this is how long to wait, in ms; otherwise 0. */
  wait(person: string, now: number): number {
    const paid = spend(this.paces.get(person) ?? freshPace(now, this.rate), now, this.rate)
    if (!paid.ok) return paid.retryAfterMs
    this.paces.set(person, paid.pace)
    return 0
  }
}
