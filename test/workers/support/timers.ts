/** Counts the timers that are set from now on, until `restore`. What never ends keeps a room from sleeping. */
export function timersOf(): { made(): number; none(): Promise<void>; restore(): void } {
  const own = { set: globalThis.setTimeout, clear: globalThis.clearTimeout }
  const pending = new Set<unknown>()
  const waiting: (() => void)[] = []
  let made = 0
  const over = (timer: unknown) => {
    pending.delete(timer)
    if (pending.size === 0) for (const resolve of waiting.splice(0)) resolve()
  }
  globalThis.setTimeout = ((work: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) => {
    made += 1
    const timer: unknown = own.set(() => {
      try {
        work(...args)
      } finally {
        over(timer)
      }
    }, ms)
    pending.add(timer)
    return timer
  }) as typeof setTimeout
  globalThis.clearTimeout = ((timer: number | null) => {
    own.clear(timer)
    over(timer)
  }) as typeof clearTimeout
  return {
    made: () => made,
    async none() {
      if (pending.size > 0) await new Promise<void>((resolve) => waiting.push(resolve))
    },
    restore() {
      globalThis.setTimeout = own.set
      globalThis.clearTimeout = own.clear
    },
  }
}
