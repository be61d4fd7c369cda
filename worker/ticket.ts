import { secretOf } from '../durable-objects/env.ts'
import { limits } from '../protocol/limits.ts'
import { Ticket, ticketAudience } from '../protocol/ticket.ts'
import type { Env } from './env.ts'
import { readSigned, sign } from './signed.ts'

/** A ticket for one socket, good for 30 s. */
export async function signTicket(ticket: Ticket, env: Env, now: number): Promise<string> {
  return await sign(ticket, ticketAudience, now + limits.ticketMs, secretOf(env))
}

/** What a ticket says, or null when it is forged, altered or over. Whether it was used before, the room knows. */
export async function readTicket(ticket: string, env: Env): Promise<Ticket | null> {
  return await readSigned(ticket, ticketAudience, Ticket, secretOf(env))
}
