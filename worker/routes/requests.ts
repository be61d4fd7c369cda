import { createHash } from 'node:crypto'
import { Hono } from 'hono'
import * as z from 'zod/mini'
import {
  askToJoin,
  decideRequest,
  JoinRequest,
  listRequests,
  withdrawRequest,
} from '../../protocol/endpoints/requests.ts'
import { TimeMs, Uuid } from '../../protocol/ids.ts'
import { limits } from '../../protocol/limits.ts'
import { placeOf } from '../cursor.ts'
import type { App } from '../env.ts'
import { pageFrom } from '../list.ts'
import { roomObject } from '../objects.ts'
import { ProblemError } from '../problem.ts'
import { changed, forbiddenIn, noSuchRoom } from '../room-problems.ts'
import { serve } from '../serve.ts'
import { asService, dataOf } from '../supabase.ts'

const Asked = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('waiting'), askedAt: TimeMs }),
  z.object({ outcome: z.literal('declined'), askAgainAt: TimeMs }),
  z.object({ outcome: z.enum(['already', 'too_many', 'unknown']) }),
])

const Declined = z.object({ outcome: z.enum(['declined', 'none', 'forbidden']) })

/** Asking to be let in, and letting in. */
export const requests = new Hono<App>()

serve(requests, askToJoin, async ({ c, session, params: { room }, body: { note, code } }) => {
  const answer = await asService(c.env).rpc('ask_to_join', {
    ...{ p_room_id: room, p_person: session.me.person.id },
    ...(note !== undefined && { p_note: note }),
    ...(code !== undefined && { p_code_hash: createHash('sha256').update(code).digest('hex') }),
  })
  const asked = Asked.parse(dataOf(answer))
  switch (asked.outcome) {
    case 'waiting':
      return [200, { state: 'waiting', askedAt: asked.askedAt }]
    case 'already':
      return [200, { state: 'member' }]
    case 'declined':
      throw new ProblemError('declined', 'You can ask again a week after that.', {
        retryAfterMs: Math.max(1_000, asked.askAgainAt - Date.now()),
      })
    case 'too_many':
      throw new ProblemError('too_many', `You can wait at ${limits.joinRequests} rooms.`)
    case 'unknown':
      throw noSuchRoom()
  }
})

serve(requests, withdrawRequest, async ({ c, session, params: { room } }) => {
  dataOf(await asService(c.env).rpc('withdraw_join_request', { p_room_id: room, p_person: session.me.person.id }))
  return [204]
})

serve(requests, listRequests, async ({ c, session, params: { room }, query }) => {
  const me = session.me.person.id
  const after = placeOf(query.cursor, z.tuple([z.int(), Uuid]))
  const answer = await asService(c.env).rpc('join_requests_of', {
    ...{ p_room_id: room, p_by: me, p_limit: query.limit, p_after: after },
  })
  if (answer.data === null && !answer.error) throw await forbiddenIn(c.env, room, me, notYours)
  return [200, pageFrom(dataOf(answer), JoinRequest)]
})

serve(requests, decideRequest, async ({ c, session, params: { room, person }, body }) => {
  const me = session.me.person.id
  if (body.decision === 'approve') {
    const { refused } = changed(await roomObject(c.env, room).approve(me, body.command, person))
    for (const { reason } of refused) {
      if (reason === 'too_many_rooms')
        throw new ProblemError('too_many', 'This person is in as many rooms as one can be.')
      // Who came in another way is a member, which is what was asked for.
      if (reason !== 'already') throw new ProblemError('not_found', 'This person does not wait to be let in any more.')
    }
    return [204]
  }
  const answer = await asService(c.env).rpc('decline_join_request', { p_room_id: room, p_by: me, p_person: person })
  switch (Declined.parse(dataOf(answer)).outcome) {
    case 'declined':
      return [204]
    case 'none':
      throw new ProblemError('not_found', 'This person does not wait to be let in any more.')
    case 'forbidden':
      throw await forbiddenIn(c.env, room, me, notYours)
  }
})

const notYours = 'Only owners and admins of a group let people in.'
