import { Hono } from 'hono'
import type { RoomTicket } from '../../protocol/api.ts'
import { Uuid } from '../../protocol/ids.ts'
import { limits } from '../../protocol/limits.ts'
import type { App } from '../env.ts'
import { readValue } from '../read.ts'
import { deviceBehind, signedIn } from '../session.ts'
import { signTicket } from '../ticket.ts'

/**
 * POST /rooms/:id/ticket: opens the room's socket once, for a page of another origin, which has no cookie of ours. The
 * embedder's own server asks, with the person's bearer token. Membership is judged where the ticket is used.
 */
export const tickets = new Hono<App>().post('/rooms/:id/ticket', signedIn, async (c) => {
  const room = readValue(c.req.param('id'), Uuid)
  const session = c.get('session')
  const { person, expiresAt } = session.me
  const now = Date.now()
  const says = { id: crypto.randomUUID(), room, person: person.id, device: deviceBehind(c, session), expiresAt }
  const ticket = await signTicket(says, c.env, now)
  return c.json({ ticket, expiresAt: now + limits.ticketMs } satisfies RoomTicket, 201)
})
