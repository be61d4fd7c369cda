import type { Context, MiddlewareHandler } from 'hono'
import type { Pace } from '../protocol/endpoint.ts'
import { requestLimits } from '../protocol/limits.ts'
import type { App, Env } from './env.ts'
import { ProblemError } from './problem.ts'
import { warn } from '../durable-objects/log.ts'

/** Whose requests are counted together. */
type Counted = 'address' | 'person'

/** The bindings in wrangler.toml: one for each pace and whose requests it counts. */
export type RateBinding = `RATE_${Uppercase<Pace>}_${Uppercase<Counted>}`

/** Counts a request against its address, before anything is asked of it. Problem: slow_down. */
export function addressPace(pace: Pace): MiddlewareHandler<App> {
  return async (c, next) => {
    await count(c.env, pace, 'address', addressOf(c))
    await next()
  }
}

/** Counts a request against whoever is signed in, or is a guest. Problem: slow_down. */
export function personPace(pace: Pace): MiddlewareHandler<App> {
  return async (c, next) => {
    const me = c.get('session')?.me ?? c.get('caller')?.me
    const id = me?.person.id ?? c.get('came')?.entrant.id
    if (id) await count(c.env, pace, 'person', id)
    await next()
  }
}

/** Counts one request of `key`, whatever that is. Problem: slow_down. */
export async function count(env: Env, pace: Pace, by: Counted, key: string): Promise<void> {
  if (env.PARLEY_RATE_LIMITS === 'off' || (await fits(env, pace, by, key))) return
  const { periodSeconds } = requestLimits[pace]
  throw new ProblemError('slow_down', 'Wait a moment, then send it again.', { retryAfterMs: periodSeconds * 1_000 })
}

async function fits(env: Env, pace: Pace, by: Counted, key: string): Promise<boolean> {
  const binding = `RATE_${pace}_${by}`.toUpperCase() as RateBinding
  try {
    return (await env[binding].limit({ key })).success
  } catch (error) {
    // Limits protect the service; when nobody counts, it goes on.
    warn(`${binding} cannot count: ${String(error)}`)
    return true
  }
}

/**
 * Whose requests count as one: Cloudflare writes the address, and no client can. Of an IPv6 address the first half, which is
 * one household's; on one machine everything comes from that machine.
 */
export function addressOf(c: Context<App>): string {
  const address = c.req.header('cf-connecting-ip') ?? 'local'
  return address.includes(':') && !address.includes('.') ? networkOf(address) : address
}

function networkOf(address: string): string {
  const [head = '', tail = ''] = address.split('::')
  const groups = (text: string) => (text === '' ? [] : text.split(':'))
  const [before, after] = [groups(head), groups(tail)]
  const left = address.includes('::') ? Math.max(8 - before.length - after.length, 0) : 0
  const zeros = Array.from({ length: left }, () => '0')
  return [...before, ...zeros, ...after].slice(0, 4).join(':')
}
