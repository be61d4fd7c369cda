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
import type { Env } from './env.ts'
import { databaseAway } from './supabase.ts'

/** Who makes a request: taken from a verified access token, never from the request's body. */
export interface Session {
  me: Me
  /** The sign-in that the token comes from, where Auth names it: the same for every token that a refresh gives. */
  login: string | null
  /** The access token itself, with which the database is asked as this person. */
  token: string
}

/** What Supabase Auth puts into an access token, as far as it is used here. */
const Claims = z.object({
  sub: Uuid,
  exp: z.number(),
  email: z.optional(z.string()),
  role: z.literal('authenticated'),
  session_id: z.optional(z.unknown()),
  user_metadata: z.nullish(z.looseObject({})),
})

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
 * The session of an access token, or null when it is not valid now, or was not `lateMs` ago. HS256 needs the secret;
 * else the JWKS decides. Problem: database_away when there is no key to verify it with.
 */
export async function verifyToken(token: string, env: Env, lateMs = 0): Promise<Session | null> {
  const options = { audience: 'authenticated', clockTolerance: lateMs / 1_000 }
  try {
    const hs256 = decodeProtectedHeader(token).alg === 'HS256'
    if (hs256 && !env.SUPABASE_JWT_SECRET) return null
    const { payload } = hs256
      ? await jwtVerify(token, new TextEncoder().encode(env.SUPABASE_JWT_SECRET), { ...options, algorithms: ['HS256'] })
      : await jwtVerify(token, keySet(env), { ...options, algorithms: ['ES256', 'RS256'] })
    const claims = Claims.parse(payload)
    const email = claims.email ?? ''
    const name = nameOf(claims.user_metadata, email)
    const login = Uuid.safeParse(claims.session_id)
    const me = { person: { id: claims.sub, name, email }, expiresAt: claims.exp * 1_000 }
    return { me, login: login.success ? login.data : null, token }
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
