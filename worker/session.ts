import { createHash } from 'node:crypto'
import type { Context, MiddlewareHandler } from 'hono'
import type { Me } from '../protocol/api.ts'
import type { Visitor } from '../durable-objects/visitor.ts'
import { uuidV8 } from '../protocol/ids.ts'
import { accessTokenOf, deviceOf, personNameOf } from './cookies.ts'
import type { App } from './env.ts'
import { graceOf } from './grace.ts'
import { ProblemError } from './problem.ts'
import { databaseAway } from './supabase.ts'
import { verifyToken, type Session } from './token.ts'

/** Who makes a request: by a session, or, while Auth is away, by grace, which opens what rooms serve and nothing else. */
export type Caller =
  | { by: 'session'; me: Me; session: Session }
  | { by: 'grace'; me: Me; login: string | null; issuedAt: number | null }

/** The session of a request: from `Authorization: Bearer`, else from the cookie; null when there is none. */
export async function sessionOf(c: Context<App>): Promise<Session | null> {
  const given = bearer(c)
  return given === null ? await cookieSession(c) : await verifyToken(given, c.env)
}

/** The session in the cookies, also one that ended up to `lateMs` ago. */
export async function cookieSession(c: Context<App>, lateMs = 0): Promise<Session | null> {
  const token = accessTokenOf(c)
  const session = token === null ? null : await verifyToken(token, c.env, lateMs)
  const name = personNameOf(c)
  if (!session || name === null) return session
  return { ...session, me: { ...session.me, person: { ...session.me.person, name } } }
}

/** Who makes a request; null: nobody whom we know. Problem: database_away when no key is at hand to tell. */
export async function callerOf(c: Context<App>): Promise<Caller | null> {
  const grace = bearer(c) === null ? await graceOf(c) : null
  try {
    const session = await sessionOf(c)
    if (session) return { by: 'session', me: session.me, session }
  } catch (error) {
    // A worker that started while Auth is away has no keys for access tokens; grace it can read.
    if (!grace) throw error
  }
  return grace && { by: 'grace', ...grace }
}

/** The token of an Authorization header, if there is one. */
export function bearer(c: Context<App>): string | null {
  return /^Bearer (.+)$/i.exec(c.req.header('authorization') ?? '')?.[1] ?? null
}

/** The device behind a session: a browser by its cookie, a bot by its sign-in, or else it is the one bot of its person. */
export function deviceBehind(c: Context<App>, session: Session | null): string {
  if (!session || bearer(c) === null) return deviceOf(c) ?? crypto.randomUUID()
  return session.login ?? uuidV8(createHash('sha256').update(`bot ${session.me.person.id}`).digest())
}

/** Who comes and on which device, as objects know them. */
export function visitorBehind(c: Context<App>, caller: Caller): Visitor {
  const { login, issuedAt } = caller.by === 'session' ? caller.session : caller
  const device = deviceBehind(c, caller.by === 'session' ? caller.session : null)
  return { person: caller.me.person.id, device, login, issuedAt, expiresAt: caller.me.expiresAt }
}

/** Lets only signed-in people through. Problems: sign_in; database_away to those whom grace alone keeps here. */
export const signedIn: MiddlewareHandler<App> = async (c, next) => {
  const caller = await callerOf(c)
  if (!caller) throw new ProblemError('sign_in')
  if (caller.by === 'grace') throw databaseAway()
  c.set('session', caller.session)
  await next()
}

/** Lets everyone through, and knows who is signed in. Problem: database_away when no key is at hand to tell. */
export const maybeSignedIn: MiddlewareHandler<App> = async (c, next) => {
  const session = await sessionOf(c)
  if (session) c.set('session', session)
  await next()
}

/** Lets people through whom a room may serve. Problem: sign_in. */
export const signedInOrGrace: MiddlewareHandler<App> = async (c, next) => {
  const caller = await callerOf(c)
  if (!caller) throw new ProblemError('sign_in')
  c.set('caller', caller)
  await next()
}
