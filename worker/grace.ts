import type { Context } from 'hono'
import { secretOf } from '../durable-objects/env.ts'
import type { Me } from '../protocol/api.ts'
import { Grace, graceAudience } from '../protocol/grace.ts'
import { limits } from '../protocol/limits.ts'
import { graceCookieOf, keepGrace } from './cookies.ts'
import type { App } from './env.ts'
import type { Session } from './token.ts'
import { readSigned, sign } from './signed.ts'
import { write } from '../durable-objects/log.ts'

/**
 * Auth cannot be asked for new tokens. Who holds a validly signed access token, which ended less than 4 h ago if it
 * ended, goes on for 10 more minutes in what rooms serve; the answer says until when their sockets may live.
 */
export async function giveGrace(c: Context<App>, { me, login, issuedAt }: Session): Promise<number> {
  const { person, expiresAt: end } = me
  const now = Date.now()
  const expiresAt = Math.min(now + limits.graceMs, end + limits.graceReachMs)
  const grace: Grace = { person, login, issuedAt, expiresAt }
  keepGrace(c, await sign(grace, graceAudience, expiresAt, secretOf(c.env)))
  write('warn', { metric: 'grace', endedMsAgo: now - end, requestId: c.get('requestId') })
  return Math.max(end, expiresAt)
}

/** Whom grace lets go on, and the sign-in that it stands in for. */
type Granted = { me: Me } & Pick<Session, 'login' | 'issuedAt'>

/** Whom the request's grace cookie names, or null when there is none that counts. */
export async function graceOf(c: Context<App>): Promise<Granted | null> {
  const cookie = graceCookieOf(c)
  const grace = cookie === null ? null : await readSigned(cookie, graceAudience, Grace, secretOf(c.env))
  if (!grace) return null
  const { person, login, issuedAt, expiresAt } = grace
  return { me: { person, expiresAt, grace: true }, login, issuedAt }
}
