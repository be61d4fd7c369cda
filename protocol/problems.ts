import * as z from 'zod/mini'

/** Every kind of problem by its name. Apart from their words, which the page does not carry: each answer brings its own. */
const kinds = [
  'invalid_request',
  'sign_in',
  'wrong_credentials',
  'wrong_code',
  'account_closing',
  'forbidden',
  'approval_needed',
  'passcode_needed',
  'wrong_passcode',
  'not_admitted',
  'wrong_origin',
  'not_found',
  'method_not_allowed',
  'email_taken',
  'conflict',
  'link_over',
  'not_admitted',
  'room_full',
  'too_many',
  'declined',
  'too_large',
  'room_has_messages',
  'slow_down',
  'internal',
  'pending',
  'took_too_long',
  'database_away',
  'media_away',
  'recording_away',
  'not_ready',
  'media_away',
  'recording_away',
  'misconfigured',
] as const

export type ProblemKind = (typeof kinds)[number]

/**
 * Every kind of problem the HTTP API answers with (RFC 9457). The type on the wire is `/problems/<kind>`;
 * kinds are stable, titles and details are for people.
 */
export const problems = {
  invalid_request: { status: 400, title: 'The request does not fit' },
  sign_in: { status: 401, title: 'Sign in first' },
  wrong_credentials: { status: 401, title: 'The e-mail or the password is wrong' },
  wrong_code: { status: 401, title: 'The code or the link is wrong or over' },
  account_closing: { status: 403, title: 'This account is being deleted' },
  forbidden: { status: 403, title: 'You may not do this' },
  approval_needed: { status: 403, title: 'Ask to be let in first' },
  passcode_needed: { status: 403, title: 'This room asks for a passcode' },
  wrong_passcode: { status: 403, title: 'The passcode is wrong' },
  wrong_origin: { status: 403, title: 'The request comes from another site' },
  not_found: { status: 404, title: 'There is nothing here' },
  method_not_allowed: { status: 405, title: 'This address does not do that' },
  email_taken: { status: 409, title: 'This e-mail has an account already' },
  conflict: { status: 409, title: 'Something else has this id' },
  link_over: { status: 410, title: 'This link has expired or was withdrawn' },
  not_admitted: { status: 403, title: 'Nobody has let you in yet' },
  room_full: { status: 409, title: 'The room is full' },
  too_many: { status: 409, title: 'There are as many of these already as there may be' },
  declined: { status: 409, title: 'You asked before, and it was declined' },
  too_large: { status: 413, title: 'The request is too large' },
  room_has_messages: { status: 409, title: 'The room has messages of its own' },
  slow_down: { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'Something went wrong here' },
  pending: { status: 503, title: 'The database cannot be reached. This is done as soon as it can be' },
  took_too_long: { status: 504, title: 'This takes too long' },
  database_away: { status: 503, title: 'The database cannot be reached' },
  not_ready: { status: 503, title: 'A part that Parley needs is away' },
  media_away: { status: 503, title: 'The media server cannot be reached' },
  recording_away: { status: 503, title: 'This Parley cannot record' },
  misconfigured: { status: 503, title: 'This Parley is not set up yet' },
} as const satisfies Record<ProblemKind, { status: number; title: string }>

/** The body of every answer that is not a success: application/problem+json. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.optional(z.string()),
  /** Names the request in the server's log. */
  requestId: z.optional(z.string()),
  /** For invalid_request: what is wrong, by field. */
  errors: z.optional(z.array(z.object({ field: z.string(), message: z.string() }))),
  /** Present when the same request may be sent again after this long. */
  retryAfterMs: z.optional(z.int()),
  /** For not_ready: the state of each part. */
  dependencies: z.optional(z.record(z.string(), z.unknown())),
})
export type Problem = z.infer<typeof Problem>

/** The kind of a problem as it came over the wire; unknown kinds count as `internal`. */
export function kindOf(problem: Problem): ProblemKind {
  const kind = problem.type.replace(/^.*\/problems\//, '')
  return kinds.find((known) => known === kind) ?? 'internal'
}
