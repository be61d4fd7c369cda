import { Hono, type Context } from 'hono'
import type { Visitor } from '../../durable-objects/room-object.ts'
import { closedSocket } from '../../durable-objects/sockets.ts'
import { closeCodes } from '../../protocol/close-codes.ts'
import { Uuid } from '../../protocol/ids.ts'
import type { App } from '../env.ts'
import { sameOrigin } from '../origin.ts'
import { ProblemError } from '../problem.ts'
import { roomObject } from '../rooms.ts'
import { bearer, callerOf, deviceBehind } from '../session.ts'

/** GET /rooms/:id/socket: the room's live socket, for the session's cookie or a bearer token. */
export const sockets = new Hono<App>().get('/rooms/:id/socket', async (c) => {
  if (c.req.header('upgrade')?.toLowerCase() !== 'websocket') {
    throw new ProblemError('invalid_request', 'This address takes WebSocket upgrades alone.')
  }
  return await withSession(c)
})

async function withSession(c: Context<App>): Promise<Response> {
  if (bearer(c) === null && !sameOrigin(c)) throw new ProblemError('wrong_origin')
  const caller = await callerOf(c)
  if (!caller) return closedSocket(closeCodes.signIn, 'Sign in first.')
  const device = deviceBehind(c, caller.by === 'session' ? caller.session : null)
  return await open(c, { person: caller.me.person.id, device, expiresAt: caller.me.expiresAt })
}

async function open(c: Context<App>, visitor: Visitor): Promise<Response> {
  const room = c.req.param('id') ?? ''
  if (!Uuid.safeParse(room).success) return closedSocket(closeCodes.notAMember, 'There is no such room.')
  // A fresh request: nothing that came from outside reaches the object but the upgrade itself.
  const headers = { upgrade: 'websocket', 'x-parley-visitor': JSON.stringify(visitor) }
  return await roomObject(c.env, room).fetch(new Request('https://room/socket', { headers }))
}
