import { jwtVerify } from 'jose'
import { Renewal, renewalAudience } from '../protocol/renewal.ts'
import { held, hold } from './sockets.ts'

/** What a ticket says, or null when it is forged, altered or over. */
async function readRenewal(ticket: string, secret: string, now: number): Promise<Renewal | null> {
  try {
    const options = { audience: renewalAudience, algorithms: ['HS256'], currentDate: new Date(now) }
    const { payload } = await jwtVerify(ticket, new TextEncoder().encode(secret), options)
    return Renewal.parse(payload)
  } catch {
    return null
  }
}

/**
 * Lets the session of a socket live on, and says until when. Null: someone else's ticket, or one of another device,
 * moves nothing, and the socket ends with its own session.
 */
export async function renewed(socket: WebSocket, ticket: string, secret: string, now: number): Promise<number | null> {
  const renewal = await readRenewal(ticket, secret, now)
  const attachment = held(socket)
  if (renewal?.person !== attachment.person || renewal.device !== attachment.device) return null
  const expiresAt = Math.max(attachment.expiresAt, renewal.expiresAt)
  hold(socket, { ...attachment, expiresAt })
  return expiresAt
}
