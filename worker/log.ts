import type { Context, MiddlewareHandler } from 'hono'
import { routePath } from 'hono/route'
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

function write(level: 'info' | 'warn' | 'error', fields: object): void {
  console[level](JSON.stringify({ level, ...fields }))
}

/**
 * What may stand in the message of an error that came from elsewhere: addresses, tokens and keys, and what Postgres or Auth
 * quotes of a request.
 */
export function withoutSecrets(text: string): string {
  return text
    .replaceAll(/eyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, '[token]')
    .replaceAll(/\bsb_(secret|publishable)_[\w-]+/g, '[key]')
    .replaceAll(/[\w.+-]+@[\w-]+(\.[\w-]+)+/g, '[address]')
    .replaceAll(/\b[0-9a-f]{40,}\b/gi, '[secret]')
    .replaceAll(/"(?:[^"\\\n]|\\.)*"/g, '"…"')
    .replaceAll(/'(?:[^'\\\n]|\\.){24,}'/g, "'…'")
}
