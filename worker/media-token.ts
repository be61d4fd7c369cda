import { SignJWT } from 'jose'
import type { MeetingGrant } from '../durable-objects/between.ts'
import { permissionOf } from '../durable-objects/meeting/media.ts'
import { limits } from '../protocol/limits.ts'
import type { MediaToken } from '../protocol/meetings.ts'
import type { Env } from './env.ts'
import { ProblemError } from './problem.ts'

/**
 * A token for LiveKit, for whom the meeting has let in. A JWT of the API key's, as the server SDK makes it; the SDK would bring
 * a protocol compiler's megabyte and a second jose into the worker for this one signature. Problem: media_away.
 */
export async function mediaToken(env: Env, grant: MeetingGrant, now: number): Promise<MediaToken> {
  const { LIVEKIT_URL: url, LIVEKIT_API_KEY: key, LIVEKIT_API_SECRET: secret } = env
  if (!url || !key || !secret) throw new ProblemError('media_away', 'This Parley has no media server.')
  const { identity, name, role, mediaRoom: room } = grant
  const expiresAt = now + limits.mediaTokenMs
  const video = { roomJoin: true, room, ...permissionOf(role), canUpdateOwnMetadata: false }
  const token = await new SignJWT({ name, metadata: JSON.stringify({ role }), video })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(key)
    .setSubject(identity)
    .setNotBefore(Math.floor(now / 1_000) - 5)
    .setExpirationTime(Math.floor(expiresAt / 1_000))
    .sign(new TextEncoder().encode(secret))
  return { url: url.replace(/^http/, 'ws'), token, identity, expiresAt }
}
