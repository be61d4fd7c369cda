import type { Context, MiddlewareHandler } from 'hono'
import { routePath } from 'hono/route'
import { withoutSecrets, write } from '../durable-objects/log.ts'
import type { App } from './env.ts'

/**
 * One line of JSON for each request: the route and not the path, which may hold a code; the person by id, who is named
 * nowhere else in it. Nothing that was sent or answered stands in it.
 */
export const logged: MiddlewareHandler<App> = async (c, next) => {
  const started = Date.now()
  await next()
  const { status } = c.res
  const line = { ...about(c), status, ms: Date.now() - started, person: personOf(c) }
  if (status >= 500) write('warn', line)
  else write('info', line)
}

/** A defect, with where it came from, and without what people sent. */
export function logDefect(c: Context<App>, error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? String(error)) : String(error)
  write('error', { ...about(c), error: withoutSecrets(text) })
}

function about(c: Context<App>) {
  return { requestId: c.get('requestId'), method: c.req.method, route: routePath(c, -1) }
}

function personOf(c: Context<App>): string | null {
  const me = c.get('session')?.me ?? c.get('caller')?.me
  return me?.person.id ?? null
}
