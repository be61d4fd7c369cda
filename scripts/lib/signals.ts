const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Hear of every request to stop: Ctrl-C, kill, and the end of whoever started this process. */
export function onStop(stop: () => void): void {
  for (const signal of signals) process.on(signal, stop)
  process.once('disconnect', stop)
}

/**
 * Do something with a library that wants to end the process at a signal by itself, and take that away from it: here
 * everything is stopped in order.
 */
export async function keepingSignals<T>(work: () => Promise<T>): Promise<T> {
  const before = signals.map((signal) => process.listeners(signal))
  try {
    return await work()
  } finally {
    for (const [i, signal] of signals.entries()) {
      for (const listener of process.listeners(signal))
        if (!before[i]!.includes(listener)) process.off(signal, listener)
    }
  }
}
