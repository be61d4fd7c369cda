import type { MiddlewareHandler } from 'hono'
import type { App } from './env.ts'

/** What a proxy or a client may call a request: nothing that could forge a line of a log. */
const wellFormed = /^[\w.-]{8,128}$/

/** Names the request, by the name that it came with where that is well-formed. The answer and every line logged of it carry it. */
export const requestId: MiddlewareHandler<App> = async (c, next) => {
  const given = c.req.header('x-request-id')
  c.set('requestId', given !== undefined && wellFormed.test(given) ? given : crypto.randomUUID())
  await next()
}
