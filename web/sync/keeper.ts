import { alarm, type Clock } from './clock.ts'
import type { Kept, Store } from './store.ts'

/** Writes a room to the store a little later, so that a burst is one write. */
export interface Keeper {
  soon(): void
  /** Writes now what waits, and resolves when the store has it. */
  now(): Promise<void>
  /** Writes nothing more. */
  stop(): void
}

const afterMs = 500

export function createKeeper(clock: Clock, store: Store, kept: () => Kept | null, done: () => Promise<void>): Keeper {
  const later = alarm(clock)
  let dirty = false
  let stopped = false
  let writing = Promise.resolve()

  async function write(): Promise<void> {
    const window = dirty && !stopped ? kept() : null
    if (!window) return
    dirty = false
    // A cache that cannot be written is only a slower start.
    await store.keep(window).catch(() => {})
    await done()
  }

  function now(): Promise<void> {
    later.clear()
    writing = writing.then(write)
    return writing
  }

  return {
    soon() {
      dirty = true
      later.ensure(afterMs, () => void now())
    },
    now,
    stop() {
      stopped = true
      later.clear()
    },
  }
}
