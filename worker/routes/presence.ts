import { Hono } from 'hono'
import * as z from 'zod/mini'
import { getPresence } from '../../protocol/endpoints/presence.ts'
import { CustomStatus, type Presence } from '../../protocol/inbox.ts'
import type { App } from '../env.ts'
import { timeMs } from '../rows.ts'
import { serve } from '../serve.ts'
import { asPerson, dataOf } from '../supabase.ts'

const otherwise = z.catch

const Card = z.object({
  id: z.string(),
  is_online: z.boolean(),
  status: z.nullable(z.enum(['available', 'away', 'busy', 'invisible'])),
  // People write their own rows in Postgres past Parley, too.
  custom: otherwise(z.nullable(CustomStatus), null),
  last_seen_at: z.nullable(z.string()),
})

/** How people are, as Postgres was told by their inboxes and as it shows them to whoever asks. */
export const presence = new Hono<App>()

serve(presence, getPresence, async ({ c, session, query }) => {
  const asked = [...new Set(query.people)]
  const answer = await asPerson(c.env, session.token).rpc('get_user_cards', { p_user_ids: asked }).retry(false)
  const cards = new Map(
    z
      .array(Card)
      .parse(dataOf(answer))
      .map((card) => [card.id, card]),
  )
  return [200, { people: asked.flatMap((person) => cards.get(person) ?? []).map(presenceOf) }]
})

function presenceOf({ id: person, is_online, status, custom, last_seen_at }: z.infer<typeof Card>): Presence {
  if (status === null || status === 'invisible') return { person, state: 'hidden', lastSeenAt: null, custom: null }
  if (!is_online) {
    return { person, state: 'offline', lastSeenAt: last_seen_at === null ? null : timeMs(last_seen_at), custom }
  }
  return { person, state: status === 'available' ? 'online' : status, lastSeenAt: null, custom }
}
