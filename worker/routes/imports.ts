import { Hono } from 'hono'
import { ImportBatch } from '../../protocol/api.ts'
import { Uuid } from '../../protocol/ids.ts'
import { limits } from '../../protocol/limits.ts'
import type { App } from '../env.ts'
import { ProblemError } from '../problem.ts'
import { bodyUpTo, readBody, readValue } from '../read.ts'
import { roomObject } from '../objects.ts'
import { withServiceKey } from '../service-key.ts'
import { databaseAway } from '../supabase.ts'

/** An import batch of 500 messages of 16 kB, with room to spare. */
const largestBatch = limits.importMessages * limits.textBytes * 2

/** POST /rooms/:id/import: takes up an export, for whoever runs this Parley and holds the service key. */
export const imports = new Hono<App>().post('/rooms/:id/import', withServiceKey, bodyUpTo(largestBatch), async (c) => {
  const room = readValue(c.req.param('id'), Uuid)
  const answer = await roomObject(c.env, room).import(await readBody(c, ImportBatch))
  switch (answer.outcome) {
    case 'imported':
      return c.json(answer.imported)
    case 'has_messages':
      throw new ProblemError(
        'room_has_messages',
        'The imported messages would come after them. Pass --append if you want that.',
      )
    case 'no_room':
      throw new ProblemError('not_found', 'There is no such room.')
    case 'away':
      throw databaseAway()
  }
})
