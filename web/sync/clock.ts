/** Time as the client sees it: tests turn it by hand. */
export interface Clock {
  /** Epoch milliseconds: what a person is shown. It may be set, by hours and backwards. */
  now(): number
  /** Milliseconds since some moment: how long something takes. Nobody sets it. */
  elapsed(): number
  /** Runs once after so many milliseconds; the answer cancels it. */
  after(ms: number, run: () => void): () => void
}

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}

/** One thing to do later: setting it anew replaces the earlier appointment. */
export interface Alarm {
  set(ms: number, run: () => void): void
  /** Sets it unless it is set already. */
  ensure(ms: number, run: () => void): void
  clear(): void
}

export function alarm(clock: Clock): Alarm {
  let cancel: (() => void) | null = null
  const clear = () => {
    cancel?.()
    cancel = null
  }
  const set = (ms: number, run: () => void) => {
    clear()
    cancel = clock.after(ms, () => {
      cancel = null
      run()
    })
  }
  const ensure = (ms: number, run: () => void) => {
    if (!cancel) set(ms, run)
  }
  return { set, ensure, clear }
}
