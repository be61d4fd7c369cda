import type { Clock } from '../../../web/sync/clock.ts'

/** A clock that stands until it is turned. */
export interface HandClock extends Clock {
  /** Turns it on by so much: what falls due runs in order, and what follows from it is done before the next. */
  turn(ms: number): Promise<void>
  /** Somebody sets it, forwards or back; no time passes. */
  set(byMs: number): void
}

export function handClock(start = Date.UTC(2026, 10, 1)): HandClock {
  let now = start
  let setBy = 0
  let timers: { at: number; run: () => void }[] = []
  return {
    now: () => now + setBy,
    elapsed: () => now,
    set: (byMs) => void (setBy += byMs),
    after(ms, run) {
      const timer = { at: now + Math.max(0, Math.ceil(ms)), run }
      timers.push(timer)
      return () => {
        timers = timers.filter((other) => other !== timer)
      }
    },
    async turn(ms) {
      const until = now + ms
      for (;;) {
        await settled()
        const [next] = timers.filter(({ at }) => at <= until).sort((one, other) => one.at - other.at)
        if (!next) break
        timers = timers.filter((other) => other !== next)
        now = Math.max(now, next.at)
        next.run()
      }
      now = until
    },
  }
}

/** Resolves when everything that was already promised has happened. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
