import { timingSafeEqual } from 'node:crypto'
import { Hono } from 'hono'
import { ImportBatch } from '../../protocol/api.ts'
import { Uuid } from '../../protocol/ids.ts'
import type { App } from '../env.ts'
import { ProblemError } from '../problem.ts'
import { readBody, readValue } from '../read.ts'
import { roomObject } from '../rooms.ts'
import { bearer } from '../session.ts'
import { databaseAway } from '../supabase.ts'

/** POST /rooms/:id/import: takes up an export, for whoever runs this Parley and holds the service key. */
export const imports = new Hono<App>().post('/rooms/:id/import', async (c) => {
  if (!holdsServiceKey(bearer(c), c.env.SUPABASE_SERVICE_KEY)) {
    throw new ProblemError('forbidden', 'Imports need the service key.')
  }
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

function holdsServiceKey(given: string | null, key: string): boolean {
  const [a, b] = [Buffer.from(given ?? ''), Buffer.from(key)]
  return a.length === b.length && timingSafeEqual(a, b)
}
