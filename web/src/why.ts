import { sentence, type Failure } from './outcome.ts'

/** Why something was refused, with what the server adds to it: which limit, until when. */
export function why(failure: Failure): string {
  if (failure.kind === 'internal' || failure.detail === null) return sentence(failure)
  // What there is too much of stands in the detail alone.
  if (failure.kind === 'too_many') return failure.detail
  return failure.kind === 'slow_down' ? `${failure.detail} ${sentence(failure)}` : `${failure.title}. ${failure.detail}`
}
