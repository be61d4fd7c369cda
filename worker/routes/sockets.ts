import { Hono, type Context } from 'hono'
import { closedSocket } from '../../durable-objects/sockets.ts'
import { ticketHeader } from '../../durable-objects/tickets.ts'
import { upgradeFor, type Visitor } from '../../durable-objects/visitor.ts'
import { closeCodes } from '../../protocol/close-codes.ts'
import { openInboxSocket, openRoomSocket } from '../../protocol/endpoints/sockets.ts'
import { Uuid } from '../../protocol/ids.ts'
import { subprotocol, ticketPrefix } from '../../protocol/ticket.ts'
import type { App } from '../env.ts'
import { sameOrigin } from '../origin.ts'
import { ProblemError } from '../problem.ts'
import { inboxObject, roomObject } from '../objects.ts'
import { serve } from '../serve.ts'
import { bearer, callerOf, visitorBehind } from '../session.ts'
import { readTicket } from '../ticket.ts'

/** What a socket is opened to: a room, or (null) the person's own inbox. */
type Goal = string | null

/** The live sockets of rooms and inboxes: for the session's cookie, a bearer token or a ticket. */
export const sockets = new Hono<App>()

serve(sockets, openRoomSocket, async ({ c, params }) => await upgrade(c, params.room))

serve(sockets, openInboxSocket, async ({ c }) => await upgrade(c, null))

async function upgrade(c: Context<App>, goal: Goal): Promise<Response> {
  if (c.req.header('upgrade')?.toLowerCase() !== 'websocket') {
    throw new ProblemError('invalid_request', 'This address takes WebSocket upgrades alone.')
  }
  const offered = (c.req.header('sec-websocket-protocol') ?? '').split(',').map((each) => each.trim())
  const ticket = offered.find((each) => each.startsWith(ticketPrefix))?.slice(ticketPrefix.length) ?? null
  const answer = ticket === null ? await withSession(c, goal) : await withTicket(c, goal, ticket)
  if (!answer.webSocket) return answer
  // A browser that offers subprotocols wants one of them back; the ticket is never it.
  const spoken = offered.includes(subprotocol) ? { 'sec-websocket-protocol': subprotocol } : {}
  const headers = { ...spoken, 'x-request-id': c.get('requestId') }
  return new Response(null, { status: 101, webSocket: answer.webSocket, headers })
}

async function withSession(c: Context<App>, goal: Goal): Promise<Response> {
  if (bearer(c) === null && !sameOrigin(c)) throw new ProblemError('wrong_origin')
  const caller = await callerOf(c)
  if (!caller) return closedSocket(closeCodes.signIn, 'Sign in first.')
  return await open(c, goal, visitorBehind(c, caller))
}

async function withTicket(c: Context<App>, goal: Goal, ticket: string): Promise<Response> {
  const read = await readTicket(ticket, c.env)
  if (!read || read.room !== goal) return closedSocket(closeCodes.signIn, 'This ticket does not count here.')
  const { id, room: _room, ...visitor } = read
  return await open(c, goal, visitor, { [ticketHeader]: id })
}

async function open(
  c: Context<App>,
  goal: Goal,
  visitor: Visitor,
  more: Record<string, string> = {},
): Promise<Response> {
  if (goal === null) return await inboxObject(c.env, visitor.person).fetch(upgradeFor(visitor, more))
  if (!Uuid.safeParse(goal).success) return closedSocket(closeCodes.notAMember, 'There is no such room.')
  return await roomObject(c.env, goal).fetch(upgradeFor(visitor, more))
}
