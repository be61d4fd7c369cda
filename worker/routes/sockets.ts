import { Hono, type Context } from 'hono'
import type { Visitor } from '../../durable-objects/room-object.ts'
import { closedSocket } from '../../durable-objects/sockets.ts'
import { ticketHeader } from '../../durable-objects/tickets.ts'
import { closeCodes } from '../../protocol/close-codes.ts'
import { Uuid } from '../../protocol/ids.ts'
import { subprotocol, ticketPrefix } from '../../protocol/ticket.ts'
import type { App } from '../env.ts'
import { sameOrigin } from '../origin.ts'
import { ProblemError } from '../problem.ts'
import { roomObject } from '../rooms.ts'
import { bearer, callerOf, deviceBehind } from '../session.ts'
import { readTicket } from '../ticket.ts'

/** GET /rooms/:id/socket: the room's live socket, for the session's cookie, a bearer token or a ticket. */
export const sockets = new Hono<App>().get('/rooms/:id/socket', async (c) => {
  if (c.req.header('upgrade')?.toLowerCase() !== 'websocket') {
    throw new ProblemError('invalid_request', 'This address takes WebSocket upgrades alone.')
  }
  const offered = (c.req.header('sec-websocket-protocol') ?? '').split(',').map((each) => each.trim())
  const ticket = offered.find((each) => each.startsWith(ticketPrefix))?.slice(ticketPrefix.length) ?? null
  const answer = ticket === null ? await withSession(c) : await withTicket(c, ticket)
  if (!offered.includes(subprotocol)) return answer
  // A browser that offers subprotocols wants one of them back; the ticket is never it.
  const headers = { 'sec-websocket-protocol': subprotocol }
  return new Response(null, { status: 101, webSocket: answer.webSocket, headers })
})

async function withSession(c: Context<App>): Promise<Response> {
  if (bearer(c) === null && !sameOrigin(c)) throw new ProblemError('wrong_origin')
  const caller = await callerOf(c)
  if (!caller) return closedSocket(closeCodes.signIn, 'Sign in first.')
  const device = deviceBehind(c, caller.by === 'session' ? caller.session : null)
  return await open(c, { person: caller.me.person.id, device, expiresAt: caller.me.expiresAt })
}

async function withTicket(c: Context<App>, ticket: string): Promise<Response> {
  const read = await readTicket(ticket, c.env)
  if (!read || read.room !== c.req.param('id'))
    return closedSocket(closeCodes.signIn, 'This ticket does not count here.')
  const { id, person, device, expiresAt } = read
  return await open(c, { person, device, expiresAt }, { [ticketHeader]: id })
}

async function open(c: Context<App>, visitor: Visitor, more: Record<string, string> = {}): Promise<Response> {
  const room = c.req.param('id') ?? ''
  if (!Uuid.safeParse(room).success) return closedSocket(closeCodes.notAMember, 'There is no such room.')
  // A fresh request: nothing that came from outside reaches the object but the upgrade itself.
  const headers = { upgrade: 'websocket', 'x-parley-visitor': JSON.stringify(visitor), ...more }
  return await roomObject(c.env, room).fetch(new Request('https://room/socket', { headers }))
}
