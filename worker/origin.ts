import type { Context, MiddlewareHandler } from 'hono'
import type { App } from './env.ts'
import { ProblemError } from './problem.ts'
import { bearer } from './session.ts'

const safe = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Whether the request comes from a page of this site: by its Origin, which names host and port, and by what the browser says
 * of its own accord where it does. A page that came over http does not speak for one that came over https.
 */
export function sameOrigin(c: Context<App>): boolean {
  const origin = URL.parse(c.req.header('origin') ?? '')
  const own = new URL(c.req.url)
  if (!origin || origin.host !== own.host) return false
  if (own.protocol === 'https:' && origin.protocol !== 'https:') return false
  return (c.req.header('sec-fetch-site') ?? 'same-origin') === 'same-origin'
}

/** Requests that change something and rest on a cookie must come from our own pages. Problem: wrong_origin. */
export const ownOrigin: MiddlewareHandler<App> = async (c, next) => {
  if (!safe.has(c.req.method) && bearer(c) === null && !sameOrigin(c)) {
    throw new ProblemError('wrong_origin', 'Send Origin with this site, or Authorization with a bearer token.')
  }
  await next()
}
