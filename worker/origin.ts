import type { Context, MiddlewareHandler } from 'hono'
import type { App } from './env.ts'
import { ProblemError } from './problem.ts'
import { bearer } from './session.ts'

const safe = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Whether the request comes from a page of this site. */
export function sameOrigin(c: Context<App>): boolean {
  const origin = c.req.header('origin')
  return origin !== undefined && URL.canParse(origin) && new URL(origin).host === new URL(c.req.url).host
}

/** Requests that change something and rest on a cookie must come from our own pages. Problem: wrong_origin. */
export const ownOrigin: MiddlewareHandler<App> = async (c, next) => {
  if (!safe.has(c.req.method) && bearer(c) === null && !sameOrigin(c)) {
    throw new ProblemError('wrong_origin', 'Send Origin with this site, or Authorization with a bearer token.')
  }
  await next()
}
