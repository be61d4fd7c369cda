import { createClient } from '@supabase/supabase-js'
import type { Context } from 'hono'
import * as z from 'zod/mini'
import type { Database } from '../supabase/types.ts'
import type { App, Env } from './env.ts'
import { ProblemError } from './problem.ts'
import { warn } from '../durable-objects/log.ts'

/** A dead host otherwise holds a request for minutes. */
const timeoutMs = 5_000

const auth = { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false }

export const limitedFetch: typeof fetch = async (input, init) => {
  const timeout = AbortSignal.timeout(timeoutMs)
  return await fetch(input, { ...init, signal: init?.signal ? AbortSignal.any([init.signal, timeout]) : timeout })
}

/** Supabase as this person: row level security decides what they see. One client per request, no session kept. */
export function asPerson(env: Env, token: string) {
  return createClient<Database>(env.SUPABASE_URL, env.SUPABASE_ANON_KEY, {
    auth,
    global: { fetch: limitedFetch, headers: { Authorization: `Bearer ${token}` } },
  })
}

/** Supabase Auth, for those who have no session yet. */
export function asNobody(c: Context<App>) {
  const { key, headers } = forwarding(c)
  return createClient<Database>(c.env.SUPABASE_URL, key, { auth, global: { fetch: limitedFetch, headers } })
}

/**
 * Auth counts its limits by address, and would count everyone as this worker. It is told the address that Cloudflare
 * saw, which nobody can write themselves; a hosted project believes it only beside a secret key.
 */
export function forwarding(c: Context<App>): { key: string; headers: Record<string, string> } {
  const { SUPABASE_ANON_KEY: anonKey, SUPABASE_SERVICE_KEY: serviceKey } = c.env
  const address = c.req.header('cf-connecting-ip')
  if (address === undefined) return { key: anonKey, headers: {} }
  const key = serviceKey.startsWith('sb_secret_') ? serviceKey : anonKey
  return { key, headers: { 'sb-forwarded-for': address, 'x-forwarded-for': address } }
}

/** What Supabase Auth answers to a refresh. */
export const Tokens = z.object({
  access_token: z.string(),
  refresh_token: z.string(),
  user: z.object({ user_metadata: z.optional(z.record(z.string(), z.unknown())) }),
})
export type Tokens = z.infer<typeof Tokens>

const Refusal = z.object({ error_code: z.optional(z.string()) })

/** Auth takes less between taking a refresh token and giving the next one; where it is busy, a few times that. */
const halfRefreshedMs = 250
const halfRefreshedLooks = 4

/** What became of a refresh token. `away`: Auth could not be asked, so nothing is known. */
export type RefreshOutcome = { state: 'fresh'; tokens: Tokens } | { state: 'spent' } | { state: 'away' }

/**
 * Asks Auth for new tokens. One try: supabase-js repeats a refresh for half a minute while Auth is away, and the page,
 * which knows better when to ask again, would wait for that. Problem: slow_down.
 */
export async function refreshTokens(
  c: Context<App>,
  refreshToken: string,
  looks = halfRefreshedLooks,
): Promise<RefreshOutcome> {
  const { key, headers } = forwarding(c)
  let answer: Response
  try {
    answer = await limitedFetch(`${c.env.SUPABASE_URL}/auth/v1/token?grant_type=refresh_token`, {
      method: 'POST',
      headers: { ...headers, apikey: key, 'content-type': 'application/json' },
      body: JSON.stringify({ refresh_token: refreshToken }),
    })
  } catch (error) {
    warn(`Auth could not be asked: ${String(error)}`)
    return { state: 'away' }
  }
  if (answer.ok) return { state: 'fresh', tokens: Tokens.parse(await answer.json()) }
  // Only a clear no means that the session is over; away and busy are no sign-out.
  if (answer.status >= 500) return { state: 'away' }
  if (answer.status === 429) throw new ProblemError('slow_down', 'Too many refreshes.', { retryAfterMs: 30_000 })
  const { error_code: code } = Refusal.safeParse(await answer.json().catch(() => null)).data ?? {}
  if (code !== 'refresh_token_already_used' || looks === 0) return { state: 'spent' }
  // Another tab is spending it at this moment. Once that is done, Auth gives both the same tokens.
  await scheduler.wait(halfRefreshedMs)
  return await refreshTokens(c, refreshToken, looks - 1)
}

/** Tells Auth what someone is called from now on: the name that their next session carries. Problem: database_away. */
export async function renameAccount(env: Env, token: string, name: string): Promise<void> {
  const answer = await limitedFetch(`${env.SUPABASE_URL}/auth/v1/user`, {
    method: 'PUT',
    headers: { apikey: env.SUPABASE_ANON_KEY, authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ data: { display_name: name } }),
  }).catch(() => null)
  if (!answer || answer.status >= 500) throw databaseAway()
  if (answer.status === 401 || answer.status === 403) throw new ProblemError('sign_in')
  if (!answer.ok) throw new Error(`Auth: ${answer.status} ${await answer.text()}`)
}

/** Service functions of schema `parley`, with the service key: for join links, search and what a message has come to. */
export function asService(env: Env) {
  const client = createClient<Database>(env.SUPABASE_URL, env.SUPABASE_SERVICE_KEY, {
    auth,
    global: { fetch: limitedFetch },
  })
  return client.schema('parley')
}

/** The data of an answer from the Data API. Problems: database_away when nothing or a 5xx came back, sign_in. */
export function dataOf<T>(answer: {
  data: T
  error: { message: string; code?: string } | null
  status: number
}): NonNullable<T> {
  if (answer.error) {
    if (answer.status === 0 || answer.status >= 500) {
      warn(`database away: ${answer.status} ${answer.error.message}`)
      throw databaseAway()
    }
    // The token ended on its way, or the clocks differ.
    if (answer.status === 401) throw new ProblemError('sign_in')
    throw new Error(`Data API: ${answer.status} ${answer.error.code ?? ''} ${answer.error.message}`)
  }
  if (answer.data === null || answer.data === undefined) throw new Error('Data API: no data')
  return answer.data
}

/**
 * The data of an answer that must come within so many milliseconds. Problems: took_too_long, when it did not or Postgres
 * gave up itself, and those of dataOf.
 */
export async function dataWithin<T>(
  ms: number,
  ask: (signal: AbortSignal) => PromiseLike<Parameters<typeof dataOf<T>>[0]>,
): Promise<NonNullable<T>> {
  const signal = AbortSignal.timeout(ms)
  const answer = await ask(signal)
  // 57014: the database ended it at the limit of the role.
  if (answer.error && (signal.aborted || answer.error.code === '57014')) {
    throw new ProblemError('took_too_long', 'Narrow it: name a room, a person or a time.')
  }
  return dataOf(answer)
}

/** What an object answered of someone's account. Problems: database_away; not_found when the account is gone. */
export function known<T>(answer: T | null | 'away'): Exclude<T, 'away'> {
  if (answer === 'away') throw databaseAway()
  if (answer === null) throw accountGone()
  return answer as Exclude<T, 'away'>
}

export function accountGone(): ProblemError {
  return new ProblemError('not_found', 'This account is gone.')
}

export function databaseAway(): ProblemError {
  return new ProblemError('database_away', 'This needs the database. Try again in a moment; nothing is lost.', {
    retryAfterMs: 5_000,
  })
}
