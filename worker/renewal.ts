import { limits } from '../protocol/limits.ts'
import { renewalAudience, type Renewal } from '../protocol/renewal.ts'
import { sign } from './signed.ts'

/** A ticket for the person's open sockets, good for 60 s: the session was refreshed. */
export async function signRenewal(renewal: Renewal, secret: string, now: number): Promise<string> {
  return await sign(renewal, renewalAudience, now + limits.renewalMs, secret)
}
