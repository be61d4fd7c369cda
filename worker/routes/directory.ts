import { Hono } from 'hono'
import * as z from 'zod/mini'
import { joinPublicRoom, listDirectory, ListedRoom } from '../../protocol/endpoints/directory.ts'
import { Uuid } from '../../protocol/ids.ts'
import { placeOf } from '../cursor.ts'
import { comeIn } from '../entrance.ts'
import type { App } from '../env.ts'
import { pageFrom } from '../list.ts'
import { noSuchRoom } from '../room-problems.ts'
import { serve } from '../serve.ts'
import { asService, dataOf } from '../supabase.ts'

/** Public rooms, for whoever looks for one. */
export const directory = new Hono<App>()

serve(directory, listDirectory, async ({ c, session, query }) => {
  const after = placeOf(query.cursor, z.tuple([z.int32(), z.int(), Uuid]))
  const answer = await asService(c.env).rpc('directory', {
    ...{ p_person: session.me.person.id, p_query: query.q, p_limit: query.limit, p_after: after },
  })
  return [200, pageFrom(dataOf(answer), ListedRoom)]
})

serve(directory, joinPublicRoom, async ({ c, session, params, body: { passcode } }) => {
  const entering = { room: params.room, person: session.me.person.id, codeHash: null, passcode, unknown: noSuchRoom }
  return [200, await comeIn(c.env, entering)]
})
