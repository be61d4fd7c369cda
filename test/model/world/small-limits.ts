import { limits } from '../../../protocol/limits.ts'

/** So small that a few messages meet them: catching up takes many chunks, falling behind and full batches are common. */
const small = { page: 12, chunkMessages: 5, resumeMessages: 60, ingestEvents: 20, flushEvents: 10 }

/** Answers how to make them as large as they were. */
export function makeLimitsSmall(): () => void {
  const numbers = limits as Record<string, number>
  const before = Object.fromEntries(Object.keys(small).map((name) => [name, numbers[name]]))
  Object.assign(numbers, small)
  return () => void Object.assign(numbers, before)
}
