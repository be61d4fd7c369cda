import { Hono } from 'hono'
import type { Visitor } from '../../durable-objects/room-object.ts'
import { closeCodes } from '../../protocol/close-codes.ts'
import { Uuid } from '../../protocol/ids.ts'
import type { App } from '../env.ts'
import { sameOrigin } from '../origin.ts'
import { ProblemError } from '../problem.ts'
import { roomObject } from '../rooms.ts'
import { bearer, deviceOf, sessionOf } from '../session.ts'

/** GET /rooms/:id/socket: the room's live socket, for the session's cookie or a bearer token. */
export const sockets = new Hono<App>().get('/rooms/:id/socket', async (c) => {
  if (c.req.header('upgrade')?.toLowerCase() !== 'websocket') {
    throw new ProblemError('invalid_request', 'This address takes WebSocket upgrades alone.')
  }
  if (bearer(c) === null && !sameOrigin(c)) throw new ProblemError('wrong_origin')
  const session = await sessionOf(c)
  if (!session) return closed(closeCodes.signIn, 'Sign in first.')
  const room = c.req.param('id')
  if (!Uuid.safeParse(room).success) return closed(closeCodes.notAMember, 'There is no such room.')
  const visitor: Visitor = {
    person: session.me.person.id,
    // A bot has no device cookie: each of its sockets is a device of its own.
    device: deviceOf(c) ?? crypto.randomUUID(),
    expiresAt: session.me.expiresAt,
  }
  // A fresh request: nothing that came from outside reaches the object but the upgrade itself.
  const headers = { upgrade: 'websocket', 'x-parley-visitor': JSON.stringify(visitor) }
  return await roomObject(c.env, room).fetch(new Request('https://room/socket', { headers }))
})

/** A page cannot see a refused handshake, so the upgrade is accepted and closed with its reason. */
function closed(code: number, reason: string): Response {
  const pair = new WebSocketPair()
  pair[1].accept()
  pair[1].close(code, reason)
  return new Response(null, { status: 101, webSocket: pair[0] })
}
