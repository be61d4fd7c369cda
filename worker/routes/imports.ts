import { Hono } from 'hono'
import { importMessages } from '../../protocol/endpoints/imports.ts'
import type { App } from '../env.ts'
import { ProblemError } from '../problem.ts'
import { roomObject } from '../objects.ts'
import { serve } from '../serve.ts'
import { databaseAway } from '../supabase.ts'

/** Takes up an export, for whoever runs this Parley and holds the service key. */
export const imports = new Hono<App>()

serve(imports, importMessages, async ({ c, params, body }) => {
  const answer = await roomObject(c.env, params.room).import(body)
  switch (answer.outcome) {
    case 'imported':
      return [200, answer.imported]
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
