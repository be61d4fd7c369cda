import { alarm, type Clock } from '../../../sync/clock.ts'

/** So long between two words about who speaks: a lively talk would drown everything else that is read aloud. */
const quietMs = 5_000

/** Tells a screen reader who speaks, by name. */
export interface Teller {
  /** These speak now. Nobody needs to hear that they speak themself. */
  hear(speaking: readonly string[]): void
  close(): void
}

/** Whoever begins too soon after another was told is told when they still speak by then. */
export function openTeller(clock: Clock, tell: (name: string) => void): Teller {
  const later = alarm(clock)
  let told: { name: string; at: number } | null = null

  function hear(speaking: readonly string[]): void {
    later.clear()
    const name = speaking.find((one) => one !== told?.name)
    if (name === undefined) return
    const waitMs = told === null ? 0 : told.at + quietMs - clock.elapsed()
    if (waitMs > 0) return later.set(waitMs, () => hear(speaking))
    told = { name, at: clock.elapsed() }
    tell(name)
  }

  return { hear, close: later.clear }
}
