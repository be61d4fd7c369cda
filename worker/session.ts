import type { Context, MiddlewareHandler } from 'hono'
import { getCookie, setCookie, deleteCookie } from 'hono/cookie'
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  decodeProtectedHeader,
  errors,
  jwtVerify,
  type JWTVerifyGetKey,
} from 'jose'
import * as z from 'zod/mini'
import type { Me } from '../protocol/api.ts'
import { Uuid } from '../protocol/ids.ts'
import type { App, Env } from './env.ts'
import { ProblemError } from './problem.ts'
import { databaseAway } from './supabase.ts'

/** Who makes a request: taken from a verified access token, never from the request's body. */
export interface Session {
  me: Me
  /** The access token itself, with which the database is asked as this person. */
  token: string
}

/** What Supabase Auth puts into an access token, as far as it is used here. */
const Claims = z.object({
  sub: Uuid,
  exp: z.number(),
  email: z.optional(z.string()),
  role: z.literal('authenticated'),
  user_metadata: z.nullish(z.looseObject({})),
})

const accessCookie = 'parley_access'
const refreshCookie = 'parley_refresh'
const deviceCookie = 'parley_device'
/** The person's name, which not every access token carries: shown to the person alone, so nobody gains by changing it. */
const nameCookie = 'parley_name'
const refreshPath = '/api/v1/auth'

/** Cookies outlive the access token: an expired one is told from none, and the refresh token decides. */
const cookieLifeS = 400 * 86_400

/** How long a fetch of keys may take, and how long a failed one is not repeated. */
const keysTimeoutMs = 2_000
const keysRetryMs = 30_000

const keySets = new Map<string, JWTVerifyGetKey>()

/** The project's public keys, kept by jose, which asks again when they are old or a key id is unknown. */
function keySet(env: Env): JWTVerifyGetKey {
  const url = `${env.SUPABASE_URL}/auth/v1/.well-known/jwks.json`
  const known = keySets.get(url)
  if (known) return known
  const made = lasting(createRemoteJWKSet(new URL(url), { timeoutDuration: keysTimeoutMs }))
  keySets.set(url, made)
  return made
}

/** While Auth is away the keys that were fetched last go on counting; without any nothing can be said. */
function lasting(remote: ReturnType<typeof createRemoteJWKSet>): JWTVerifyGetKey {
  let retryAt = 0
  return async (header, token) => {
    const kept = remote.jwks()
    if (kept && Date.now() < retryAt) return await createLocalJWKSet(kept)(header, token)
    try {
      return await remote(header, token)
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) throw error
      console.warn(`the project's public keys could not be fetched: ${String(error)}`)
      retryAt = Date.now() + keysRetryMs
      if (!kept) throw databaseAway()
      return await createLocalJWKSet(kept)(header, token)
    }
  }
}

/**
 * The session of an access token, or null when it is not valid now. HS256 needs the secret; else the JWKS decides.
 * Problem: database_away when there is no key to verify it with.
 */
export async function verifyToken(token: string, env: Env): Promise<Session | null> {
  try {
    const hs256 = decodeProtectedHeader(token).alg === 'HS256'
    if (hs256 && !env.SUPABASE_JWT_SECRET) return null
    const { payload } = hs256
      ? await jwtVerify(token, new TextEncoder().encode(env.SUPABASE_JWT_SECRET), {
          algorithms: ['HS256'],
          audience: 'authenticated',
        })
      : await jwtVerify(token, keySet(env), { algorithms: ['ES256', 'RS256'], audience: 'authenticated' })
    const claims = Claims.parse(payload)
    const email = claims.email ?? ''
    const name = nameOf(claims.user_metadata, email)
    return { me: { person: { id: claims.sub, name, email }, expiresAt: claims.exp * 1_000 }, token }
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof z.core.$ZodError || error instanceof TypeError)
      return null
    throw error
  }
}

/** What a person is called: by the name in their account's data, else by their address. */
export function nameOf(data: { display_name?: unknown } | null | undefined, email: string): string {
  const given = typeof data?.display_name === 'string' ? data.display_name.trim() : ''
  return given || email.replace(/@.*$/, '') || 'Someone'
}

/** The session of a request: from `Authorization: Bearer`, else from the cookie; null when there is none. */
export async function sessionOf(c: Context<App>): Promise<Session | null> {
  const given = bearer(c)
  if (given !== null) return await verifyToken(given, c.env)
  const token = getCookie(c, accessCookie)
  const session = token ? await verifyToken(token, c.env) : null
  const name = getCookie(c, nameCookie)
  if (!session || !name) return session
  return { ...session, me: { ...session.me, person: { ...session.me.person, name } } }
}

/** The token of an Authorization header, if there is one. */
export function bearer(c: Context<App>): string | null {
  return /^Bearer (.+)$/i.exec(c.req.header('authorization') ?? '')?.[1] ?? null
}

/** Lets only signed-in people through. Problem: sign_in. */
export const signedIn: MiddlewareHandler<App> = async (c, next) => {
  const session = await sessionOf(c)
  if (!session) throw new ProblemError('sign_in')
  c.set('session', session)
  await next()
}

/** Stores a fresh pair of tokens, and the person's name, in cookies that no script can read. */
export function keepTokens(
  c: Context<App>,
  tokens: { access_token: string; refresh_token: string },
  name: string,
): void {
  const options = cookieOptions(c)
  setCookie(c, nameCookie, name, { ...options, path: '/' })
  setCookie(c, accessCookie, tokens.access_token, { ...options, path: '/' })
  setCookie(c, refreshCookie, tokens.refresh_token, { ...options, path: refreshPath })
  if (!deviceOf(c)) setCookie(c, deviceCookie, crypto.randomUUID(), { ...options, path: '/' })
}

/** Forgets the session here; the device keeps its id. */
export function dropTokens(c: Context<App>): void {
  deleteCookie(c, accessCookie, { path: '/' })
  deleteCookie(c, nameCookie, { path: '/' })
  deleteCookie(c, refreshCookie, { path: refreshPath })
}

export function refreshTokenOf(c: Context<App>): string | null {
  return getCookie(c, refreshCookie) ?? null
}

/** The id of the browser that asks, or null when it has none yet. */
export function deviceOf(c: Context<App>): string | null {
  const device = getCookie(c, deviceCookie)
  return device !== undefined && Uuid.safeParse(device).success ? device : null
}

function cookieOptions(c: Context<App>) {
  const secure = new URL(c.req.url).protocol === 'https:'
  return { httpOnly: true, sameSite: 'Lax', secure, maxAge: cookieLifeS } as const
}
