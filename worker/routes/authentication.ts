import type { AuthError } from '@supabase/supabase-js'
import { Hono, type Context } from 'hono'
import { secretOf } from '../../durable-objects/env.ts'
import { SignIn, SignUp, type Refreshed, type SignedIn } from '../../protocol/api.ts'
import { limits } from '../../protocol/limits.ts'
import { deviceOf, dropTokens, keepTokens, refreshTokenOf } from '../cookies.ts'
import type { App } from '../env.ts'
import { giveGrace } from '../grace.ts'
import { ProblemError } from '../problem.ts'
import { readBody } from '../read.ts'
import { signRenewal } from '../renewal.ts'
import { bearer, cookieSession, deviceBehind, sessionOf } from '../session.ts'
import { asNobody, databaseAway, refreshTokens, type Tokens } from '../supabase.ts'
import { nameOf, verifyToken } from '../token.ts'

/** Accounts over Supabase Auth. The browser's session lives in HttpOnly cookies; no script ever holds a token. */
export const authentication = new Hono<App>()
  .post('/auth/sign-up', async (c) => {
    const { email, password, name } = await readBody(c, SignUp)
    const { data, error } = await asNobody(c).auth.signUp({
      email,
      password,
      options: { data: { display_name: name } },
    })
    if (error) throw authProblem(error)
    if (!data.session) return c.json({ state: 'confirm_email', email } satisfies SignedIn, 201)
    return c.json(await signedInWith(c, data.session), 201)
  })
  .post('/auth/sign-in', async (c) => {
    const { data, error } = await asNobody(c).auth.signInWithPassword(await readBody(c, SignIn))
    if (error) throw authProblem(error)
    return c.json(await signedInWith(c, data.session))
  })
  .post('/auth/sign-out', async (c) => {
    dropTokens(c)
    // Auth may be away: the cookies are gone all the same, and the refresh token dies with its cookie.
    await endSession(c).catch((error: unknown) => console.warn(`not signed out at Auth: ${String(error)}`))
    return c.body(null, 204)
  })
  .post('/auth/refresh', async (c) => {
    const token = refreshTokenOf(c)
    if (token === null) throw new ProblemError('sign_in')
    // Asked for before the token is spent.
    const secret = secretOf(c.env)
    const refreshed = await refreshTokens(c, token)
    switch (refreshed.state) {
      case 'fresh': {
        const { me } = await signedInWith(c, refreshed.tokens)
        return c.json(await renewed(c, me.person.id, me.expiresAt, secret))
      }
      case 'spent':
        dropTokens(c)
        throw new ProblemError('sign_in')
      case 'away': {
        const session = await cookieSession(c, limits.graceReachMs)
        // Nobody was told no, so the cookies stay: the refresh token may be good when Auth is back.
        if (!session) throw databaseAway()
        const expiresAt = await giveGrace(c, session.me)
        return c.json({
          ...(await renewed(c, session.me.person.id, expiresAt, secret)),
          grace: true,
        } satisfies Refreshed)
      }
    }
  })
  .post('/auth/renewal', async (c) => {
    const session = bearer(c) === null ? null : await sessionOf(c)
    if (!session) throw new ProblemError('sign_in', 'Send a bearer token; a browser refreshes instead.')
    const { person, expiresAt } = session.me
    return c.json(await renewed(c, person.id, expiresAt, secretOf(c.env), deviceBehind(c, session)))
  })

/** What a page or a bot needs to know of its session, with a ticket for its open sockets. */
async function renewed(
  c: Context<App>,
  person: string,
  expiresAt: number,
  secret: string,
  device = deviceOf(c) ?? crypto.randomUUID(),
): Promise<Refreshed> {
  return { expiresAt, renewal: await signRenewal({ person, device, expiresAt }, secret, Date.now()) }
}

/** Ends the session at Auth, by its refresh token when the access token has ended already. */
async function endSession(c: Context<App>): Promise<void> {
  const token = (await sessionOf(c))?.token ?? (await freshToken(c))
  if (token === null) return
  const { error } = await asNobody(c).auth.admin.signOut(token, 'local')
  if (error) throw error
}

async function freshToken(c: Context<App>): Promise<string | null> {
  const refreshToken = refreshTokenOf(c)
  const refreshed = refreshToken === null ? null : await refreshTokens(c, refreshToken)
  if (refreshed?.state === 'away') throw databaseAway()
  return refreshed?.state === 'fresh' ? refreshed.tokens.access_token : null
}

async function signedInWith(c: Context<App>, tokens: Tokens): Promise<Extract<SignedIn, { state: 'signed_in' }>> {
  const session = await verifyToken(tokens.access_token, c.env)
  if (!session)
    throw new Error('Supabase Auth issued a token that this worker cannot verify: check SUPABASE_JWT_SECRET')
  const { id, email } = session.me.person
  const name = nameOf(tokens.user.user_metadata, email)
  if (bearer(c) === null) keepTokens(c, tokens, name)
  return { state: 'signed_in', me: { person: { id, name, email }, expiresAt: session.me.expiresAt } }
}

/** What Supabase Auth refused, as one of our problems. */
function authProblem(error: AuthError): ProblemError {
  const status = error.status ?? 0
  if (status === 0 || status >= 500) return databaseAway()
  if (status === 429) return new ProblemError('slow_down', 'Too many tries. Wait a minute.', { retryAfterMs: 60_000 })
  switch (error.code) {
    case 'user_already_exists':
    case 'email_exists':
      return new ProblemError('email_taken', 'Sign in instead, or use another e-mail.')
    case 'weak_password':
      return new ProblemError('invalid_request', error.message, {
        errors: [{ field: 'password', message: error.message }],
      })
    case 'invalid_credentials':
      return new ProblemError('wrong_credentials')
    case 'email_not_confirmed':
      return new ProblemError('wrong_credentials', 'Confirm your e-mail first: the link is in your mailbox.')
    default:
      return new ProblemError('invalid_request', error.message)
  }
}
