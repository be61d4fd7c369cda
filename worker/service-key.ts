import { timingSafeEqual } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'
import type { App } from './env.ts'
import { addressOf, count } from './pace.ts'
import { ProblemError } from './problem.ts'
import { bearer } from './session.ts'

/**
 * Lets only whoever runs this Parley through: they hold the service key, and send as much as an import takes. Who guesses
 * it does so at the pace of credentials. Problems: forbidden, slow_down.
 */
export const withServiceKey: MiddlewareHandler<App> = async (c, next) => {
  if (!same(bearer(c) ?? '', c.env.SUPABASE_SERVICE_KEY)) {
    await count(c.env, 'credentials', 'address', addressOf(c))
    throw new ProblemError('forbidden', 'This needs the service key.')
  }
  await next()
}

/** Compares in a time that tells nothing of where they differ. A key that is empty opens nothing. */
function same(given: string, key: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(key)]
  return a.length > 0 && a.length === b.length && timingSafeEqual(a, b)
}
