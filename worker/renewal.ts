import { SignJWT } from 'jose'
import { limits } from '../protocol/limits.ts'
import { renewalAudience, type Renewal } from '../protocol/renewal.ts'

/** A ticket for the person's open sockets, good for 60 s: the session was refreshed. */
export async function signRenewal(renewal: Renewal, secret: string, now: number): Promise<string> {
  return await new SignJWT({ ...renewal })
    .setProtectedHeader({ alg: 'HS256' })
    .setAudience(renewalAudience)
    .setExpirationTime(Math.ceil((now + limits.renewalMs) / 1_000))
    .sign(new TextEncoder().encode(secret))
}
