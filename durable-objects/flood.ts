import { frameRate, freshPace, spend, type Pace } from './room/pace.ts'

/** How many frames each person sends. Kept in memory: an object that slept was not flooded. */
export class Flood {
  private readonly paces = new Map<string, Pace>()

  /** Counts a frame; true when it is one too many. */
  counts(person: string, now: number): boolean {
    const paid = spend(this.paces.get(person) ?? freshPace(now, frameRate), now, frameRate)
    if (paid.ok) this.paces.set(person, paid.pace)
    return !paid.ok
  }
}
