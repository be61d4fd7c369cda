import { Hono } from 'hono'
import { changeSettings, getSettings } from '../../protocol/endpoints/settings.ts'
import type { App } from '../env.ts'
import { inboxObject } from '../objects.ts'
import { serve } from '../serve.ts'
import { accountGone, databaseAway, known } from '../supabase.ts'

/** What someone set for themself. Their inbox answers; a change is in Postgres, and told to their devices, when it is answered. */
export const settings = new Hono<App>()

serve(settings, getSettings, async ({ c, caller }) => {
  return [200, known(await inboxObject(c.env, caller.me.person.id).settings())]
})

serve(settings, changeSettings, async ({ c, session, body }) => {
  const answer = await inboxObject(c.env, session.me.person.id).changeSettings(body)
  switch (answer.outcome) {
    case 'changed':
      return [200, answer.settings]
    case 'gone':
      throw accountGone()
    case 'away':
      throw databaseAway()
  }
})
