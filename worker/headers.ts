import type { MiddlewareHandler } from 'hono'
import type { App } from './env.ts'

/** An answer of the API is no page: whatever it holds, nothing of it runs, and nobody frames it. */
const answerPolicy = "default-src 'none'; frame-ancestors 'none'"

/** On everything that the worker answers; web/public/_headers says the same of files. */
export const commonHeaders = {
  'strict-transport-security': 'max-age=31536000',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(self), microphone=(self), display-capture=(self)',
} as const

/** The headers of every answer, but for an upgrade, which is forwarded as it came and cannot be changed. */
export const withHeaders: MiddlewareHandler<App> = async (c, next) => {
  await next()
  if (c.res.status === 101) return
  for (const [name, value] of Object.entries(commonHeaders)) {
    // Browsers do not believe it over http, and whoever is asked to by a proxy should not either.
    if (name === 'strict-transport-security' && new URL(c.req.url).protocol !== 'https:') continue
    // A page that allows less has said so.
    if (!c.res.headers.has(name)) c.header(name, value)
  }
  if (!c.res.headers.has('content-security-policy')) c.header('content-security-policy', answerPolicy)
  c.header('x-request-id', c.get('requestId'))
}
