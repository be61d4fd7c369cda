import { decodeProtectedHeader, errors, jwtVerify } from 'jose'
import * as z from 'zod/mini'
import type { Me } from '../protocol/api.ts'
import { Uuid } from '../protocol/ids.ts'
import type { Env } from './env.ts'
import { keySet } from './keys.ts'

/** Who makes a request: taken from a verified access token, never from the request's body. */
export interface Session {
  me: Me
  /** The sign-in that the token comes from, where Auth names it: the same for every token that a refresh gives. */
  login: string | null
  /** When the token was made, where it says so. */
  issuedAt: number | null
  /** The access token itself, with which the database is asked as this person. */
  token: string
}

/** What Supabase Auth puts into an access token, as far as it is used here. */
const Claims = z.object({
  sub: Uuid,
  exp: z.number(),
  iat: z.optional(z.number()),
  email: z.optional(z.string()),
  role: z.literal('authenticated'),
  session_id: z.optional(z.unknown()),
  user_metadata: z.nullish(z.looseObject({})),
})

/**
 * The session of an access token, or null when it is not valid now, or was not `lateMs` ago. HS256 needs the secret;
 * else the JWKS decides. Problem: database_away when there is no key to verify it with.
 */
export async function verifyToken(token: string, env: Env, lateMs = 0): Promise<Session | null> {
  const { SUPABASE_JWT_ISSUER: issuer } = env
  const options = { audience: 'authenticated', clockTolerance: lateMs / 1_000, ...(issuer ? { issuer } : {}) }
  try {
    const hs256 = decodeProtectedHeader(token).alg === 'HS256'
    if (hs256 && !env.SUPABASE_JWT_SECRET) return null
    const { payload } = hs256
      ? await jwtVerify(token, new TextEncoder().encode(env.SUPABASE_JWT_SECRET), { ...options, algorithms: ['HS256'] })
      : await jwtVerify(token, keySet(env.SUPABASE_URL), { ...options, algorithms: ['ES256', 'RS256'] })
    // The tolerance is for what ended late, never for what begins early.
    if ((payload.nbf ?? 0) * 1_000 > Date.now()) return null
    const claims = Claims.parse(payload)
    const email = claims.email ?? ''
    const name = nameOf(claims.user_metadata, email)
    const login = Uuid.safeParse(claims.session_id)
    const me = { person: { id: claims.sub, name, email }, expiresAt: claims.exp * 1_000 }
    const issuedAt = claims.iat === undefined ? null : claims.iat * 1_000
    return { me, login: login.success ? login.data : null, issuedAt, token }
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
