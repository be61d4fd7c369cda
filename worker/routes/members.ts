import { Hono } from 'hono'
import * as z from 'zod/mini'
import { Ban, changeMembers, listBans, ListedMember, listMembers } from '../../protocol/endpoints/members.ts'
import { Uuid } from '../../protocol/ids.ts'
import { placeOf } from '../cursor.ts'
import type { App } from '../env.ts'
import { pageFrom } from '../list.ts'
import { roomObject } from '../objects.ts'
import { changed, forbiddenIn, noSuchRoom } from '../room-problems.ts'
import { serve } from '../serve.ts'
import { asService, dataOf } from '../supabase.ts'

/** A room's members change through the room alone, and have changed for everyone when the request is answered. */
export const members = new Hono<App>()

serve(members, listMembers, async ({ c, session, params, query }) => {
  const after = placeOf(query.cursor, z.tuple([z.int32(), z.string(), Uuid]))
  const answer = await asService(c.env).rpc('members_of', {
    ...{ p_room_id: params.room, p_by: session.me.person.id, p_limit: query.limit, p_after: after },
  })
  if (answer.data === null && !answer.error) throw noSuchRoom()
  return [200, pageFrom(dataOf(answer), ListedMember)]
})

serve(members, changeMembers, async ({ c, session, params, body: { command, changes } }) => {
  return [200, changed(await roomObject(c.env, params.room).changeMembers(session.me.person.id, command, changes))]
})

serve(members, listBans, async ({ c, session, params, query }) => {
  const me = session.me.person.id
  const after = placeOf(query.cursor, z.tuple([z.string(), Uuid]))
  const answer = await asService(c.env).rpc('bans_of', {
    ...{ p_room_id: params.room, p_by: me, p_limit: query.limit, p_after: after },
  })
  if (answer.data === null && !answer.error) {
    throw await forbiddenIn(c.env, params.room, me, 'Only moderators and those above them see who is banned.')
  }
  return [200, pageFrom(dataOf(answer), Ban)]
})
