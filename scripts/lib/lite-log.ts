import { AsyncLocalStorage } from 'node:async_hooks'
import { format } from 'node:util'

const listening = new AsyncLocalStorage<(line: string) => void>()

/**
 * Run a part of Supabase Lite, which prints every refused query with its stack to the console, and send what it prints
 * to `onLog` instead. Nobody else's output is touched.
 */
export function withLog<T>(onLog: (line: string) => void, work: () => Promise<T>): Promise<T> {
  return listening.run(onLog, work)
}

for (const level of ['error', 'warn'] as const) {
  const print = console[level]
  console[level] = (...values: unknown[]) => {
    const onLog = listening.getStore()
    if (onLog) onLog(format(...values))
    else print(...values)
  }
}
