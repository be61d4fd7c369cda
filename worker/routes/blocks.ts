import { Hono, type Context } from 'hono'
import type { BlockList } from '../../protocol/api.ts'
import { Uuid } from '../../protocol/ids.ts'
import { limits } from '../../protocol/limits.ts'
import type { App } from '../env.ts'
import { inboxObject } from '../objects.ts'
import { ProblemError } from '../problem.ts'
import { readValue } from '../read.ts'
import { signedIn, signedInOrGrace } from '../session.ts'
import { known } from '../supabase.ts'

/** Whom someone blocks. When a block is answered, no direct message of that person arrives any more. */
export const blocks = new Hono<App>()
  .get('/me/blocks', signedInOrGrace, async (c) => {
    const answer = await inboxObject(c.env, c.get('caller').me.person.id).blocked()
    return c.json({ blocked: known(answer) } satisfies BlockList)
  })
  .put('/me/blocks/:person', signedIn, (c) => setBlock(c, c.req.param('person'), true))
  .delete('/me/blocks/:person', signedIn, (c) => setBlock(c, c.req.param('person'), false))

async function setBlock(c: Context<App>, person: string, on: boolean): Promise<Response> {
  const other = readValue(person, Uuid)
  switch (await inboxObject(c.env, c.get('session').me.person.id).block(other, on)) {
    case 'done':
      return c.body(null, 204)
    case 'pending':
      throw new ProblemError('pending')
    case 'unknown':
      throw new ProblemError('not_found', 'There is no such person.')
    case 'too_many':
      throw new ProblemError('too_many', `You can block ${limits.blocked} people.`)
  }
}
