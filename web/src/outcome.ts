import { NetworkError, ProblemError } from '../sync/problem-error.ts'
import type { ProblemKind } from '../../protocol/problems.ts'

/** Why a request did not do what was asked: a problem of the API, or no way to reach it. */
export interface Failure {
  kind: ProblemKind | 'unreachable'
  /** A sentence for people, without its full stop. */
  title: string
  /** What the title does not say, in whole sentences. */
  detail: string | null
  errors: readonly { field: string; message: string }[]
  retryAfterMs: number | null
}

export type Outcome<T> = { ok: true; value: T } | { ok: false; failure: Failure }

/** What came of a call to the API. A defect stays thrown. */
export async function outcome<T>(call: Promise<T>): Promise<Outcome<T>> {
  try {
    return { ok: true, value: await call }
  } catch (error) {
    return { ok: false, failure: failureOf(error) }
  }
}

/** Reads what the API throws. Throws on whatever it does not throw. */
export function failureOf(error: unknown): Failure {
  if (error instanceof ProblemError) {
    const { kind, title, detail, errors, retryAfterMs } = error
    return { kind, title, detail, errors, retryAfterMs }
  }
  if (error instanceof NetworkError) {
    return {
      kind: 'unreachable',
      title: 'Parley cannot be reached. Check your connection',
      detail: null,
      errors: [],
      retryAfterMs: null,
    }
  }
  throw error
}

/** The sentence that a failure shows, with the seconds to wait where there are any. */
export function sentence(failure: Failure): string {
  if (failure.retryAfterMs === null || failure.kind !== 'slow_down') return `${failure.title}.`
  const seconds = Math.max(1, Math.ceil(failure.retryAfterMs / 1_000))
  return `${failure.title}. Try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`
}

/** What is wrong with one field, if the failure says so. */
export function fieldError(failure: Failure | null, field: string): string | undefined {
  return failure?.errors.find((error) => error.field === field)?.message
}
