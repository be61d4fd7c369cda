import { createClient } from '@supabase/supabase-js'
import * as z from 'zod/mini'
import type { Database } from '../supabase/types.ts'
import type { Env } from './env.ts'
import { ProblemError } from './problem.ts'

/** A dead host otherwise holds a request for minutes. */
const timeoutMs = 5_000

const auth = { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false }

const limitedFetch: typeof fetch = async (input, init) => {
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
export function asNobody(env: Env) {
  return createClient<Database>(env.SUPABASE_URL, env.SUPABASE_ANON_KEY, { auth, global: { fetch: limitedFetch } })
}

/** What Supabase Auth answers to a refresh. */
const Tokens = z.object({
  access_token: z.string(),
  refresh_token: z.string(),
  user: z.object({ user_metadata: z.optional(z.record(z.string(), z.unknown())) }),
})
export type Tokens = z.infer<typeof Tokens>

/**
 * New tokens for a refresh token, or null when it is spent. One try: supabase-js repeats a refresh for half a minute
 * while Auth is away, and the page, which knows better when to ask again, would wait for that. Problem: database_away.
 */
export async function refreshTokens(env: Env, refreshToken: string): Promise<Tokens | null> {
  let answer: Response
  try {
    answer = await limitedFetch(`${env.SUPABASE_URL}/auth/v1/token?grant_type=refresh_token`, {
      method: 'POST',
      headers: { apikey: env.SUPABASE_ANON_KEY, 'content-type': 'application/json' },
      body: JSON.stringify({ refresh_token: refreshToken }),
    })
  } catch {
    throw databaseAway()
  }
  if (answer.ok) return Tokens.parse(await answer.json())
  // Only a clear no means that the session is over; away and busy are no sign-out.
  if (answer.status >= 500) throw databaseAway()
  if (answer.status === 429) throw new ProblemError('slow_down', 'Too many refreshes.', { retryAfterMs: 30_000 })
  return null
}

/** Service functions of schema `parley`, with the service key. Used by the routes of join links alone. */
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
      console.warn(`database away: ${answer.status} ${answer.error.message}`)
      throw databaseAway()
    }
    // The token ended on its way, or the clocks differ.
    if (answer.status === 401) throw new ProblemError('sign_in')
    throw new Error(`Data API: ${answer.status} ${answer.error.code ?? ''} ${answer.error.message}`)
  }
  if (answer.data === null || answer.data === undefined) throw new Error('Data API: no data')
  return answer.data
}

export function databaseAway(): ProblemError {
  return new ProblemError('database_away', 'This needs the database. Try again in a moment; nothing is lost.', {
    retryAfterMs: 5_000,
  })
}
