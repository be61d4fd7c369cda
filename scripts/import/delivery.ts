import type { ImportBatch } from '../../protocol/api.ts'
import type { Answer } from './room-door.ts'

/** What became of the whole: every batch taken, or how far it came and why it went no further. */
export type Delivery = { added: number; repeated: number; head: number } & (
  | { state: 'done' }
  | { state: 'stopped'; answer: Exclude<Answer, { state: 'taken' }> }
)

/** The outside world of a delivery. `pause` waits; `onProgress` hears how many messages are in. */
export type Carrier = {
  hand: (batch: ImportBatch) => Promise<Answer>
  pause: (ms: number) => Promise<unknown>
  onProgress: (messages: number) => void
}

// Twelve tries with pauses of up to 8 s are about a minute: a server that restarts is back by then.
const tries = 12
const longestPauseMs = 8_000

/** Hand in the batches in their order. A batch without an answer is sent again as it is: its ids make it safe. */
export async function deliver(all: readonly ImportBatch[], { hand, pause, onProgress }: Carrier): Promise<Delivery> {
  const total = { added: 0, repeated: 0, head: 0 }
  for (const batch of all) {
    let answer = await hand(batch)
    for (let failed = 1; failed < tries && (answer.state === 'away' || answer.state === 'busy'); failed++) {
      await pause(pauseMs(answer, failed))
      answer = await hand(batch)
    }
    if (answer.state !== 'taken') return { ...total, state: 'stopped', answer }
    total.added += answer.imported.added
    total.repeated += answer.imported.repeated
    total.head = answer.imported.head
    onProgress(total.added + total.repeated)
  }
  return { ...total, state: 'done' }
}

function pauseMs(answer: Answer, failed: number): number {
  if (answer.state === 'busy' && answer.retryAfterMs !== null) return Math.max(answer.retryAfterMs, 1)
  return Math.min(250 * 2 ** (failed - 1), longestPauseMs)
}
