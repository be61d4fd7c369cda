import { Hono } from 'hono'
import { ChangeSettings } from '../../protocol/api.ts'
import type { Settings } from '../../protocol/inbox.ts'
import type { App } from '../env.ts'
import { inboxObject } from '../objects.ts'
import { readBody } from '../read.ts'
import { signedIn, signedInOrGrace } from '../session.ts'
import { databaseAway, known } from '../supabase.ts'

/** What someone set for themself. Their inbox answers; a change is in Postgres, and told to their devices, when it is answered. */
export const settings = new Hono<App>()
  .get('/me/settings', signedInOrGrace, async (c) => {
    const answer = await inboxObject(c.env, c.get('caller').me.person.id).settings()
    return c.json(known(answer) satisfies Settings)
  })
  .patch('/me/settings', signedIn, async (c) => {
    const change = await readBody(c, ChangeSettings)
    const answer = await inboxObject(c.env, c.get('session').me.person.id).changeSettings(change)
    switch (answer.outcome) {
      case 'changed':
        return c.json(answer.settings satisfies Settings)
      case 'gone':
        return c.json(known(null))
      case 'away':
        throw databaseAway()
    }
  })
