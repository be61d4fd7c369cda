import { Hono } from 'hono'
import * as z from 'zod/mini'
import type { Page } from '../../protocol/api.ts'
import { Uuid } from '../../protocol/ids.ts'
import { limits } from '../../protocol/limits.ts'
import type { App } from '../env.ts'
import { ProblemError } from '../problem.ts'
import { readValue } from '../read.ts'
import { roomObject } from '../rooms.ts'
import { messageColumns, messageOfRow } from '../rows.ts'
import { signedInOrGrace } from '../session.ts'
import { asPerson, databaseAway, dataOf } from '../supabase.ts'

const Query = z.object({
  before: z.optional(z.coerce.number().check(z.int(), z.minimum(1))),
  limit: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(limits.page * 4)), limits.page),
})

/**
 * GET /rooms/:id/messages?before=SEQ&limit=N: a page of history. What the room's log holds comes from the room, which
 * also has what Postgres does not have yet; what is older comes from Postgres, read as the person.
 */
export const history = new Hono<App>().get('/rooms/:id/messages', signedInOrGrace, async (c) => {
  const room = readValue(c.req.param('id'), Uuid)
  const { before, limit } = readValue(c.req.query(), Query)
  const caller = c.get('caller')
  const answer = await roomObject(c.env, room).page(caller.me.person.id, before ?? null, limit)
  switch (answer.outcome) {
    case 'page':
      return c.json(answer.page)
    case 'not_a_member':
      throw new ProblemError('not_found', 'There is no such room, or you are not a member of it.')
    case 'away':
      throw databaseAway()
    case 'elsewhere': {
      if (caller.by === 'grace') throw databaseAway()
      const rows = dataOf(
        await asPerson(c.env, caller.session.token)
          .from('messages')
          .select(messageColumns)
          .eq('room_id', room)
          .lt('seq', answer.before)
          .order('seq', { ascending: false })
          .limit(limit)
          .retry(false),
      )
      const messages = rows.map(messageOfRow).reverse()
      const start = messages.length < limit ? 1 : messages[0]!.seq
      return c.json({ covers: [start, answer.before - 1], messages, more: start > 1 } satisfies Page)
    }
  }
})
