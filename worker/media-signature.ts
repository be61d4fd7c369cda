import type { Context, MiddlewareHandler } from 'hono'
import { errors, jwtVerify } from 'jose'
import type { App, Env } from './env.ts'
import { addressOf, count } from './pace.ts'
import { ProblemError } from './problem.ts'

/**
 * Lets only the media server through: it has signed with the API key, for a body that is compared when it is read. Hundreds who
 * join at once are reported from one address, so that the media server is not counted; whoever else comes is, and before
 * their body is read. Problems: forbidden, slow_down.
 */
export const fromMediaServer: MiddlewareHandler<App> = async (c, next) => {
  const hash = await signedHash(c.env, c.req.header('authorization') ?? '')
  if (hash === null) throw await refused(c)
  c.set('signedHash', hash)
  await next()
}

/** The body, as it was signed. Problems: forbidden, slow_down. */
export async function signedBody(c: Context<App>): Promise<ArrayBuffer> {
  const body = await c.req.arrayBuffer()
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', body))
  if (c.get('signedHash') !== btoa(String.fromCharCode(...hash))) throw await refused(c)
  return body
}

async function signedHash(env: Env, authorization: string): Promise<string | null> {
  const { LIVEKIT_API_KEY: key, LIVEKIT_API_SECRET: secret } = env
  const token = authorization.replace(/^Bearer /i, '')
  if (!key || !secret || token === '') return null
  try {
    const { payload } = await jwtVerify(token, new TextEncoder().encode(secret), { issuer: key, algorithms: ['HS256'] })
    const { sha256 } = payload
    return typeof sha256 === 'string' ? sha256 : null
  } catch (error) {
    if (error instanceof errors.JOSEError) return null
    throw error
  }
}

async function refused(c: Context<App>): Promise<ProblemError> {
  await count(c.env, 'write', 'address', addressOf(c))
  return new ProblemError('forbidden', 'This is not signed by the media server.')
}
