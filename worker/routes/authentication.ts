import type { AuthError } from '@supabase/supabase-js'
import { Hono, type Context } from 'hono'
import { secretOf } from '../../durable-objects/env.ts'
import type { Refreshed, SignedUp, SignUp } from '../../protocol/api.ts'
import { refreshSession, renewSockets, signIn, signOut, signUp } from '../../protocol/endpoints/accounts.ts'
import { limits } from '../../protocol/limits.ts'
import * as z from 'zod/mini'
import { askAuth, tooManyTries } from '../auth.ts'
import { deviceOf, dropTokens, keepTokens, refreshTokenOf } from '../cookies.ts'
import { stayOnDevice } from '../devices.ts'
import type { App } from '../env.ts'
import { giveGrace } from '../grace.ts'
import { inboxObject } from '../objects.ts'
import { ProblemError } from '../problem.ts'
import { signRenewal } from '../renewal.ts'
import { serve } from '../serve.ts'
import { bearer, cookieSession, deviceBehind, sessionOf, visitorBehind } from '../session.ts'
import { begin, sessionFrom } from '../sign-in.ts'
import { asNobody, asService, databaseAway, dataOf, refreshTokens } from '../supabase.ts'
import type { Session } from '../token.ts'
import { countTry } from '../tries.ts'
import { warn } from '../../durable-objects/log.ts'

/** Sessions over Supabase Auth. The browser's lives in HttpOnly cookies; no script ever holds a token. */
export const authentication = new Hono<App>()

serve(authentication, signUp, async ({ c, body }) => [201, await signedUp(c, body)])

const Settings = z.object({ mailer_autoconfirm: z.optional(z.boolean()) })

/**
 * Where e-mail is confirmed first, an address that has an account gets the answer of one that has none, as fast. What Auth
 * says of the password alone, it says of both.
 */
async function signedUp(c: Context<App>, { email, password, name }: z.infer<typeof SignUp>): Promise<SignedUp> {
  const confirming = { state: 'confirm_email', email } as const
  const settings = await askAuth(c, 'GET', 'settings')
  // Without knowing whether e-mail is confirmed first, any answer might tell who has an account.
  if (!settings.ok) throw settings.status === 429 ? tooManyTries() : databaseAway()
  const confirmed = Settings.parse(settings.body).mailer_autoconfirm === false
  const asking = asNobody(c).auth.signUp({ email, password, options: { data: { display_name: name } } })
  if (!confirmed) {
    const { data, error } = await asking
    if (error) throw authProblem(error)
    return data.session ? (await begin(c, data.session)).answer : confirming
  }
  c.executionCtx.waitUntil(asking)
  const over = scheduler.wait(limits.signUpMs)
  const answer = await Promise.race([asking, over])
  const problem = answer?.error ? authProblem(answer.error) : null
  if (problem && problem.kind !== 'email_taken' && problem.kind !== 'slow_down') throw problem
  await over
  return confirming
}

serve(authentication, signIn, async ({ c, body }) => {
  const forget = await countTry(c.env, 'password', body.email)
  const atLeast = scheduler.wait(limits.refusedSignInMs)
  const { data, error } = await asNobody(c).auth.signInWithPassword(body)
  if (error) {
    const problem = authProblem(error)
    // Auth compares no password where there is no account.
    if (problem.kind === 'wrong_credentials') await atLeast
    throw problem
  }
  await forget()
  return [200, (await begin(c, data.session)).answer]
})

serve(authentication, signOut, async ({ c, body }) => {
  const session = await lateSession(c)
  if (body.everywhere) {
    if (!session) throw new ProblemError('sign_in')
    await endEverywhere(c, session.me.person.id, null)
    dropTokens(c)
    return [204]
  }
  dropTokens(c)
  // Auth may be away: the cookies are gone all the same, and the refresh token dies with its cookie.
  await endSession(c).catch((error: unknown) => warn(`not signed out at Auth: ${String(error)}`))
  if (session) {
    const { person } = session.me
    if (session.login !== null) {
      await inboxObject(c.env, person.id).endSessions({ ids: [session.login], before: null, except: null })
    }
    const left = { p_device: deviceBehind(c, session), p_person: person.id }
    await asService(c.env)
      .rpc('leave_device', left)
      .retry(false)
      .then(({ error }) => error && warn(`a device stays listed: ${error.message}`))
  }
  return [204]
})

/** The session of whoever signs out, also where its token has ended: it says which sign-in it was. */
async function lateSession(c: Context<App>): Promise<Session | null> {
  if (bearer(c) !== null) return await sessionOf(c)
  // Without the project's keys nothing can be said of a token, and signing out goes on.
  return await cookieSession(c, limits.endedMs).catch(() => null)
}

/** Ends all sessions of a person but one (null: all), and closes their sockets. Problem: database_away. */
export async function endEverywhere(c: Context<App>, person: string, except: string | null): Promise<void> {
  const answer = await asService(c.env)
    .rpc('end_sessions', { p_person: person, ...(except === null ? {} : { p_except: except }) })
    .retry(false)
  await inboxObject(c.env, person).endSessions({ ids: dataOf(answer), before: Date.now(), except })
}

serve(authentication, refreshSession, async ({ c }) => {
  const token = refreshTokenOf(c)
  if (token === null) throw new ProblemError('sign_in')
  // Asked for before the token is spent.
  const secret = secretOf(c.env)
  const refreshed = await refreshTokens(c, token)
  switch (refreshed.state) {
    case 'fresh': {
      const session = await sessionFrom(c, refreshed.tokens)
      const device = deviceOf(c) ?? crypto.randomUUID()
      await goOn(c, { by: 'session', me: session.me, session }).catch(dropped(c))
      await stayOnDevice(c, session, device).catch(dropped(c))
      keepTokens(c, refreshed.tokens, session.me.person.name, device)
      return [200, await renewed(session.me.person.id, device, session.me.expiresAt, secret)]
    }
    case 'spent':
      dropTokens(c)
      throw new ProblemError('sign_in')
    case 'away': {
      const session = await cookieSession(c, limits.graceReachMs)
      // Nobody was told no, so the cookies stay: the refresh token may be good when Auth is back.
      if (!session) throw databaseAway()
      await goOn(c, { by: 'session', me: session.me, session }).catch(dropped(c))
      const expiresAt = await giveGrace(c, session)
      const device = deviceOf(c) ?? crypto.randomUUID()
      return [200, { ...(await renewed(session.me.person.id, device, expiresAt, secret)), grace: true }]
    }
  }
})

serve(authentication, renewSockets, async ({ c, session }) => {
  if (bearer(c) === null) throw new ProblemError('sign_in', 'Send a bearer token; a browser refreshes instead.')
  await goOn(c, { by: 'session', me: session.me, session })
  const device = deviceBehind(c, session)
  await stayOnDevice(c, session, device)
  return [200, await renewed(session.me.person.id, device, session.me.expiresAt, secretOf(c.env))]
})

/** Problem: sign_in when the session was ended before its token is over. */
async function goOn(c: Context<App>, caller: Parameters<typeof visitorBehind>[1]): Promise<void> {
  if (await inboxObject(c.env, caller.me.person.id).isOver(visitorBehind(c, caller))) throw new ProblemError('sign_in')
}

/** A session that was refused leaves no cookies behind. */
function dropped(c: Context<App>): (error: unknown) => never {
  return (error) => {
    if (error instanceof ProblemError && error.kind === 'sign_in') dropTokens(c)
    throw error
  }
}

/** What a page or a bot needs to know of its session, with a ticket for its open sockets. */
async function renewed(person: string, device: string, expiresAt: number, secret: string): Promise<Refreshed> {
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

/** What Supabase Auth refused, as one of our problems. */
function authProblem(error: AuthError): ProblemError {
  const status = error.status ?? 0
  if (status === 0 || status >= 500) return databaseAway()
  if (status === 429) return tooManyTries()
  switch (error.code) {
    case 'user_already_exists':
    case 'email_exists':
      return new ProblemError('email_taken', 'Sign in instead, or use another e-mail.')
    case 'weak_password':
      return new ProblemError('invalid_request', error.message, {
        errors: [{ field: 'password', message: error.message }],
      })
    // Also for who has not confirmed yet: Auth may say so without having looked at the password.
    case 'email_not_confirmed':
    case 'invalid_credentials':
      return new ProblemError('wrong_credentials', 'If the account is new, confirm its e-mail first.')
    default:
      return new ProblemError('invalid_request', error.message)
  }
}
