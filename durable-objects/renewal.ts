import { jwtVerify, SignJWT } from 'jose'
import * as z from 'zod/mini'
import { Uuid } from '../protocol/ids.ts'
import { limits } from '../protocol/limits.ts'

/** Whose session lives on, on which device, and until when (epoch milliseconds). */
const Renewal = z.object({ person: Uuid, device: Uuid, expiresAt: z.int() })
export type Renewal = z.infer<typeof Renewal>

const audience = 'parley:renewal'

/** A ticket for open sockets, good for 60 s: the session was refreshed. */
export async function signRenewal(renewal: Renewal, secret: string, now: number): Promise<string> {
  return await new SignJWT({ ...renewal })
    .setProtectedHeader({ alg: 'HS256' })
    .setAudience(audience)
    .setExpirationTime(Math.ceil((now + limits.renewalMs) / 1_000))
    .sign(new TextEncoder().encode(secret))
}

/** What a ticket says, or null when it is forged, altered or over. */
export async function readRenewal(ticket: string, secret: string, now: number): Promise<Renewal | null> {
  try {
    const options = { audience, algorithms: ['HS256'], currentDate: new Date(now) }
    const { payload } = await jwtVerify(ticket, new TextEncoder().encode(secret), options)
    return Renewal.parse(payload)
  } catch {
    return null
  }
}
