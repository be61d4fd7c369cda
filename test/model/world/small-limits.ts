import { limits } from '../../../protocol/limits.ts'

/** So short that whoever is away for a while finds that it goes back no further, and reads on in the history. */
const log = { logEvents: 20, logMs: 60_000 }

/** So small that a few messages meet them: catching up takes many chunks, falling behind and full batches are common. */
const usual = { page: 12, chunkMessages: 5, resumeMessages: 60, ingestEvents: 20, flushEvents: 10, ...log }

/** Makes limits small: these unless others are named. Answers how to make them as large as they were. */
export function makeLimitsSmall(small: Partial<Record<keyof typeof limits, number>> = usual): () => void {
  const numbers = limits as Record<string, number>
  const before = Object.fromEntries(Object.keys(small).map((name) => [name, numbers[name]]))
  Object.assign(numbers, small)
  return () => void Object.assign(numbers, before)
}
