import { kindOf, type Problem, type ProblemKind } from '../../protocol/problems.ts'

/** The server said no, or that something went wrong there (RFC 9457). */
export class ProblemError extends Error {
  override name = 'ProblemError'
  readonly kind: ProblemKind
  readonly status: number
  /** A sentence for people. */
  readonly title: string
  readonly detail: string | null
  /** What is wrong, by field of the request. */
  readonly errors: readonly { field: string; message: string }[]
  /** The same request may be sent again after this long. */
  readonly retryAfterMs: number | null
  /** Names the request in the server's log. */
  readonly requestId: string | null

  constructor(problem: Problem) {
    super(problem.detail ?? problem.title)
    this.kind = kindOf(problem)
    this.status = problem.status
    this.title = problem.title
    this.detail = problem.detail ?? null
    this.errors = problem.errors ?? []
    this.retryAfterMs = problem.retryAfterMs ?? null
    this.requestId = problem.requestId ?? null
  }
}

/** The server could not be reached, or gave no answer that makes sense. Whether it did anything is unknown. */
export class NetworkError extends Error {
  override name = 'NetworkError'

  constructor(cause: unknown) {
    super('The server cannot be reached', { cause })
  }
}
