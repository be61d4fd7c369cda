import { Hono, type Context } from 'hono'
import type { SocketTicket } from '../../protocol/api.ts'
import { createInboxTicket, createRoomTicket } from '../../protocol/endpoints/sockets.ts'
import { limits } from '../../protocol/limits.ts'
import type { App } from '../env.ts'
import { serve } from '../serve.ts'
import { deviceBehind } from '../session.ts'
import { signTicket } from '../ticket.ts'
import type { Session } from '../token.ts'

/**
 * A room's socket or the person's inbox, opened once by a page of another origin, which has no cookie of ours. The
 * embedder's own server asks, with the person's bearer token. Membership is judged where the ticket is used.
 */
export const tickets = new Hono<App>()

serve(tickets, createRoomTicket, async ({ c, session, params }) => [201, await ticketFor(c, session, params.room)])

serve(tickets, createInboxTicket, async ({ c, session }) => [201, await ticketFor(c, session, null)])

async function ticketFor(c: Context<App>, session: Session, room: string | null): Promise<SocketTicket> {
  const { login, issuedAt, me } = session
  const { person, expiresAt } = me
  const now = Date.now()
  const device = deviceBehind(c, session)
  const says = { id: crypto.randomUUID(), room, person: person.id, device, login, issuedAt, expiresAt }
  return { ticket: await signTicket(says, c.env, now), expiresAt: now + limits.ticketMs }
}
