import { Hono, type Context } from 'hono'
import type { SocketTicket } from '../../protocol/api.ts'
import { Uuid } from '../../protocol/ids.ts'
import { limits } from '../../protocol/limits.ts'
import type { App } from '../env.ts'
import { readValue } from '../read.ts'
import { deviceBehind, signedIn } from '../session.ts'
import { signTicket } from '../ticket.ts'

/**
 * POST /rooms/:id/ticket opens the room's socket once, POST /inbox/ticket the person's inbox, for a page of another
 * origin, which has no cookie of ours. The embedder's own server asks, with the person's bearer token. Membership is
 * judged where the ticket is used.
 */
export const tickets = new Hono<App>()
  .post('/rooms/:id/ticket', signedIn, async (c) => await give(c, readValue(c.req.param('id'), Uuid)))
  .post('/inbox/ticket', signedIn, async (c) => await give(c, null))

async function give(c: Context<App>, room: string | null): Promise<Response> {
  const session = c.get('session')
  const { person, expiresAt } = session.me
  const now = Date.now()
  const says = { id: crypto.randomUUID(), room, person: person.id, device: deviceBehind(c, session), expiresAt }
  const ticket = await signTicket(says, c.env, now)
  return c.json({ ticket, expiresAt: now + limits.ticketMs } satisfies SocketTicket, 201)
}
