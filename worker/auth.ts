import type { Context } from 'hono'
import * as z from 'zod/mini'
import type { MailKind } from '../protocol/endpoints/accounts.ts'
import type { App } from './env.ts'
import { ProblemError } from './problem.ts'
import { databaseAway, forwarding, limitedFetch, Tokens } from './supabase.ts'
import { warn } from '../durable-objects/log.ts'

/** What Auth answered: a body, or the code of its refusal. */
export type AuthAnswer = { ok: true; body: unknown } | { ok: false; status: number; code: string; message: string }

const Refused = z.object({ error_code: z.optional(z.string()), msg: z.optional(z.string()) })

/** Asks Supabase Auth, as the holder of a token or as nobody. Problems: database_away. */
export async function askAuth(
  c: Context<App>,
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  body?: object,
  token?: string,
): Promise<AuthAnswer> {
  const { key, headers } = forwarding(c)
  const answer = await limitedFetch(`${c.env.SUPABASE_URL}/auth/v1/${path}`, {
    method,
    headers: {
      ...{ ...headers, apikey: key, 'content-type': 'application/json' },
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch((error: unknown) => {
    warn(`Auth could not be asked: ${String(error)}`)
    throw databaseAway()
  })
  const text = await answer.text()
  if (answer.status >= 500) throw databaseAway()
  if (answer.ok) return { ok: true, body: text === '' ? null : JSON.parse(text) }
  const refused = Refused.safeParse(tryJson(text))
  const { error_code: code = '', msg: message = '' } = refused.success ? refused.data : {}
  return { ok: false, status: answer.status, code, message }
}

/**
 * Has Auth mail something once this request is answered: how long it takes and what it says would tell whether there is
 * an account. Problems: database_away, where Auth does not answer at all.
 */
export async function mailLater(c: Context<App>, method: 'POST' | 'PUT', path: string, body: object, token?: string) {
  const there = await askAuth(c, 'GET', 'health')
  if (!there.ok) throw new ProblemError('slow_down', 'Too many requests.', { retryAfterMs: 60_000 })
  const asked = askAuth(c, method, path, body, token).then(
    (answer) => answer.ok || warn(`Auth mails nothing: ${path} ${answer.status} ${answer.code}`),
    () => warn(`Auth mails nothing: ${path}`),
  )
  c.executionCtx.waitUntil(asked)
}

/** What a code or the hash in a link came to. `half`: the other mailbox has to confirm the new address, too. */
export type Spent = { state: 'tokens'; tokens: Tokens } | { state: 'half' } | { state: 'wrong' }

/** Spends a mailed code, or the hash in a mailed link. Problems: slow_down, database_away. */
export async function spend(
  c: Context<App>,
  type: MailKind,
  proof: { email: string; token: string } | { token_hash: string },
): Promise<Spent> {
  let answer = await askAuth(c, 'POST', 'verify', { type, ...proof })
  // The embedded Auth knows no `email`, which is both of the others.
  if (!answer.ok && type === 'email' && answer.code === 'validation_failed') {
    answer = await askAuth(c, 'POST', 'verify', { type: 'magiclink', ...proof })
  }
  if (answer.ok) {
    const tokens = Tokens.safeParse(answer.body)
    return tokens.success ? { state: 'tokens', tokens: tokens.data } : { state: 'half' }
  }
  if (answer.status === 429) throw tooManyTries()
  return { state: 'wrong' }
}

/** Whether this is the password of the account: asks for a session and ends it. Problems: slow_down, database_away. */
export async function isPassword(c: Context<App>, email: string, password: string): Promise<boolean> {
  const answer = await askAuth(c, 'POST', 'token?grant_type=password', { email, password })
  if (!answer.ok) {
    if (answer.status === 429) throw tooManyTries()
    return false
  }
  await askAuth(c, 'POST', 'logout?scope=local', {}, Tokens.parse(answer.body).access_token)
  return true
}

export function tooManyTries(retryAfterMs = 60_000): ProblemError {
  return new ProblemError('slow_down', 'Too many tries. Wait a little.', { retryAfterMs })
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
