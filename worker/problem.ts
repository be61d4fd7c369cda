import type { Context } from 'hono'
import type { Problem, ProblemKind } from '../protocol/problems.ts'
import { problems } from '../protocol/problems.ts'
import type { App } from './env.ts'
import { logDefect } from './log.ts'

/** What some kinds say beside their detail. */
type More = Pick<Problem, 'errors' | 'retryAfterMs' | 'dependencies'>

/** A rule said no: the HTTP face of a refusal. Thrown anywhere in a route, rendered once. */
export class ProblemError extends Error {
  readonly kind: ProblemKind
  readonly more: More

  constructor(kind: ProblemKind, detail?: string, more: More = {}) {
    super(detail ?? '')
    this.kind = kind
    this.more = more
  }
}

/** For whoever is no member there is no such room. */
export function noSuchRoom(): ProblemError {
  return new ProblemError('not_found', 'There is no such room, or you are not a member of it.')
}

/** Any error as application/problem+json (RFC 9457). A defect is logged whole and told as `internal`. */
export function renderProblem(error: unknown, c: Context<App>): Response {
  const requestId = c.get('requestId')
  if (!(error instanceof ProblemError)) logDefect(c, error)
  const known = error instanceof ProblemError ? error : new ProblemError('internal')
  const { status, title } = problems[known.kind]
  const problem: Problem = {
    ...{ type: `/problems/${known.kind}`, title, status },
    ...(known.message === '' ? {} : { detail: known.message }),
    ...known.more,
    requestId,
  }
  const retry = known.more.retryAfterMs
  // The context's own, so that cookies which the route has dropped are dropped by a refusal too.
  return c.body(JSON.stringify(problem), status, {
    ...{ 'content-type': 'application/problem+json', 'cache-control': 'no-store', 'x-request-id': requestId },
    ...(retry === undefined ? {} : { 'retry-after': String(Math.ceil(retry / 1_000)) }),
  })
}
