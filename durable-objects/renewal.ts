import { jwtVerify } from 'jose'
import { Renewal, renewalAudience } from '../protocol/renewal.ts'

/** What a ticket says, or null when it is forged, altered or over. */
export async function readRenewal(ticket: string, secret: string, now: number): Promise<Renewal | null> {
  try {
    const options = { audience: renewalAudience, algorithms: ['HS256'], currentDate: new Date(now) }
    const { payload } = await jwtVerify(ticket, new TextEncoder().encode(secret), options)
    return Renewal.parse(payload)
  } catch {
    return null
  }
}
