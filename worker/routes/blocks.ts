import { Hono } from 'hono'
import { blockPerson, listBlocks, unblockPerson } from '../../protocol/endpoints/blocks.ts'
import { limits } from '../../protocol/limits.ts'
import type { App, Env } from '../env.ts'
import { inboxObject } from '../objects.ts'
import { ProblemError } from '../problem.ts'
import { serve } from '../serve.ts'
import { known } from '../supabase.ts'

/** Whom someone blocks. */
export const blocks = new Hono<App>()

serve(blocks, listBlocks, async ({ c, caller }) => {
  const answer = await inboxObject(c.env, caller.me.person.id).blocked()
  return [200, { blocked: known(answer) }]
})

serve(blocks, blockPerson, async ({ c, session, params }) => {
  await setBlock(c.env, session.me.person.id, params.person, true)
  return [204]
})

serve(blocks, unblockPerson, async ({ c, session, params }) => {
  await setBlock(c.env, session.me.person.id, params.person, false)
  return [204]
})

/** Problems: not_found, too_many, pending. */
async function setBlock(env: Env, person: string, other: string, on: boolean): Promise<void> {
  switch (await inboxObject(env, person).block(other, on)) {
    case 'done':
      return
    case 'pending':
      throw new ProblemError('pending')
    case 'unknown':
      throw new ProblemError('not_found', 'There is no such person.')
    case 'too_many':
      throw new ProblemError('too_many', `You can block ${limits.blocked} people.`)
  }
}
