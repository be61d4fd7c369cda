import { setImmediate } from 'node:timers'

/** A time that stands until it is turned. */
export interface VirtualTime {
  /** Epoch milliseconds. */
  now(): number
  /** Runs once after so many milliseconds; the answer cancels it. Of two that are due together the elder runs first. */
  after(ms: number, run: () => void): () => void
  /** Turns it on by so much: what falls due runs in order, and what follows from it is done before the next. */
  turn(ms: number): Promise<void>
  /** Turns it on to what falls due next, and does that alone. False: nothing will. */
  next(): Promise<boolean>
}

interface Timer {
  at: number
  order: number
  run: (() => void) | null
}

export function virtualTime(start = Date.UTC(2026, 10, 1)): VirtualTime {
  const timers: Timer[] = []
  let now = start
  let order = 0
  /** Does what is due next, if it is by then. */
  async function step(until: number): Promise<boolean> {
    while (timers.length > 0 && timers[0]!.at <= until) {
      const { at, run } = pop(timers)
      if (!run) continue
      now = Math.max(now, at)
      run()
      await settled()
      return true
    }
    return false
  }
  return {
    now: () => now,
    after(ms, run) {
      const timer: Timer = { at: now + Math.max(0, Math.ceil(ms)), order: ++order, run }
      push(timers, timer)
      return () => {
        timer.run = null
      }
    },
    async turn(ms) {
      const until = now + ms
      await settled()
      while (await step(until)) continue
      now = until
    },
    next: () => step(Infinity),
  }
}

/** Resolves when everything that was already promised has happened. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

// A binary heap: a walk has thousands of frames under way.
function push(heap: Timer[], timer: Timer): void {
  let index = heap.push(timer) - 1
  while (index > 0) {
    const parent = (index - 1) >> 1
    if (!before(heap[index]!, heap[parent]!)) return
    swap(heap, index, parent)
    index = parent
  }
}

function pop(heap: Timer[]): Timer {
  const first = heap[0]!
  const last = heap.pop()!
  if (heap.length === 0) return first
  heap[0] = last
  let index = 0
  for (;;) {
    let least = index
    for (const child of [2 * index + 1, 2 * index + 2]) {
      if (child < heap.length && before(heap[child]!, heap[least]!)) least = child
    }
    if (least === index) return first
    swap(heap, index, least)
    index = least
  }
}

function before(one: Timer, other: Timer): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order)
}

function swap(heap: Timer[], one: number, other: number): void {
  const held = heap[one]!
  heap[one] = heap[other]!
  heap[other] = held
}
