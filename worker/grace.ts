import type { Context } from 'hono'
import { secretOf } from '../durable-objects/env.ts'
import type { Me } from '../protocol/api.ts'
import { Grace, graceAudience } from '../protocol/grace.ts'
import { limits } from '../protocol/limits.ts'
import { graceCookieOf, keepGrace } from './cookies.ts'
import type { App } from './env.ts'
import { readSigned, sign } from './signed.ts'

/**
 * Auth cannot be asked for new tokens. Who holds a validly signed access token, which ended less than 4 h ago if it
 * ended, goes on for 10 more minutes in what rooms serve; the answer says until when their sockets may live.
 */
export async function giveGrace(c: Context<App>, { person, expiresAt: end }: Me): Promise<number> {
  const now = Date.now()
  const expiresAt = Math.min(now + limits.graceMs, end + limits.graceReachMs)
  const grace: Grace = { person, expiresAt }
  keepGrace(c, await sign(grace, graceAudience, expiresAt, secretOf(c.env)))
  console.warn(JSON.stringify({ metric: 'grace', endedMsAgo: now - end, requestId: c.get('requestId') }))
  return Math.max(end, expiresAt)
}

/** Whom the request's grace cookie names, or null when there is none that counts. */
export async function graceOf(c: Context<App>): Promise<Me | null> {
  const cookie = graceCookieOf(c)
  const grace = cookie === null ? null : await readSigned(cookie, graceAudience, Grace, secretOf(c.env))
  return grace && { ...grace, grace: true }
}
