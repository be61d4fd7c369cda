import type * as z from 'zod/mini'
import type { Access } from './access.ts'
import type { ProblemKind } from './problems.ts'

type Schema = z.ZodMiniType
type Fields = Readonly<Record<string, Schema>>

/**
 * Who is asked for. `optional`: whoever is signed in is known, others are served too; `grace`: a session, or what stands in
 * for it while Auth is away; `entrant`: a session, or a guest's cookie for the meeting; `service`: the service key.
 */
export type Auth = 'nobody' | 'optional' | 'session' | 'grace' | 'entrant' | 'service'

/** What counts against which limit of requests. */
export type Pace = 'read' | 'write' | 'costly' | 'credentials'

export type Status = 101 | 200 | 201 | 202 | 204 | 302

/** One route of the HTTP API: what the worker serves, the client calls, the reference shows and the tests try. */
export interface Endpoint {
  /** A verb and a noun in camelCase, for ever: the operation's id. */
  readonly id: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below /api/v1. A part of the path in braces is named in `params`. */
  readonly path: `/${string}`
  readonly summary: string
  /** What the summary cannot say, in markdown. */
  readonly notes?: string
  readonly auth: Auth
  readonly access: Access
  readonly pace: Pace
  readonly params?: Fields
  readonly query?: Fields
  readonly body?: Schema
  /** UTF-8 bytes of the largest body, where a frame's 65,536 are too few. */
  readonly bodyBytes?: number
  /** Rests on no cookie: the media server signs the body itself, so it may come from anywhere. Only what is not signed is paced. */
  readonly signed?: true
  /** `Idempotency-Key` is kept for a day: what has no id of its own and does harm when it is done twice. */
  readonly keyed?: true
  /** The body of each status that is a success; null: none. */
  readonly answers: Readonly<Partial<Record<Status, Schema | null>>>
  /** Media type of an answer that is not JSON. */
  readonly media?: string
  /** What is refused beside what follows from the fields above (see `problemsOf`). */
  readonly problems: readonly ProblemKind[]
}

/** An endpoint as its literal type, so that worker and client read its schemas. */
// What a page does not call is left out of it.
/* @__NO_SIDE_EFFECTS__ */
export function endpoint<const E extends Endpoint>(made: E): E {
  return made
}

/** Every kind of problem that an endpoint answers with. */
export function problemsOf(of: Endpoint): ProblemKind[] {
  const kinds = new Set<ProblemKind>(of.problems)
  if (of.params || of.query || of.body || of.keyed) kinds.add('invalid_request')
  // A socket says by its close code who may not open it.
  if (['session', 'grace', 'entrant'].includes(of.auth) && !(101 in of.answers)) kinds.add('sign_in')
  if (of.auth === 'service') kinds.add('forbidden')
  if (of.method !== 'GET' && !of.signed) kinds.add('wrong_origin')
  if (of.method !== 'GET') kinds.add('too_large')
  if (of.keyed) kinds.add('conflict')
  kinds.add('slow_down')
  kinds.add('database_away')
  return [...kinds]
}

type Read<F> = F extends Fields ? { [K in keyof F]: z.infer<F[K]> } : undefined
type Sent<F> = F extends Fields
  ? { [K in keyof F as undefined extends z.input<F[K]> ? never : K]: z.input<F[K]> } & {
      [K in keyof F as undefined extends z.input<F[K]> ? K : never]?: z.input<F[K]>
    }
  : undefined

/** What a handler is given, read and checked. */
export interface Asked<E extends Endpoint> {
  params: Read<E['params']>
  query: Read<E['query']>
  body: E['body'] extends Schema ? z.infer<E['body']> : undefined
}

/** What a caller passes. */
export type Request<E extends Endpoint> = (E['params'] extends Fields ? { params: Sent<E['params']> } : unknown) &
  (E['query'] extends Fields
    ? Partial<Sent<E['query']>> extends Sent<E['query']>
      ? { query?: Sent<E['query']> }
      : { query: Sent<E['query']> }
    : unknown) &
  (E['body'] extends Schema ? { body: z.input<E['body']> } : unknown)

/** What a handler gives back: a status with its body, in a pair. */
export type Given<E extends Endpoint> = {
  [S in keyof E['answers']]: E['answers'][S] extends Schema ? readonly [S, z.input<E['answers'][S]>] : readonly [S]
}[keyof E['answers']]

/** What a caller gets: the body of whichever success it is. */
export type Answer<E extends Endpoint> = {
  [S in keyof E['answers']]: E['answers'][S] extends Schema ? z.infer<E['answers'][S]> : undefined
}[keyof E['answers']]
