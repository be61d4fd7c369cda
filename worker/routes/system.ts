import { Hono, type Context } from 'hono'
import * as z from 'zod/mini'
import { AuditEntry, getHealth, getReadiness, getRoomMetrics, listWholeAudit } from '../../protocol/endpoints/system.ts'
import type { Readiness } from '../../protocol/endpoints/system.ts'
import type { App } from '../env.ts'
import { roomObject } from '../objects.ts'
import { addressPace } from '../pace.ts'
import { ProblemError } from '../problem.ts'
import { readValue } from '../read.ts'
import { allReady, dependenciesOf } from '../readiness.ts'
import { serve } from '../serve.ts'
import { asService, dataOf } from '../supabase.ts'

const Place = z.coerce.number().check(z.int(), z.minimum(0))

/** What whoever runs this Parley asks. */
export const system = new Hono<App>()

serve(system, getHealth, async () => [200, { ok: true }])

serve(system, getReadiness, async ({ c }) => [200, await ready(c)])

serve(system, getRoomMetrics, async ({ c, params }) => {
  const found = await roomObject(c.env, params.room).metrics()
  if (!found) throw new ProblemError('not_found', 'There is no such room, or it cannot wake.')
  return [200, found]
})

serve(system, listWholeAudit, async ({ c, query }) => {
  const { cursor, limit } = query
  const before = cursor === undefined ? {} : { p_before: readValue(cursor, Place) }
  // One more than is shown tells whether there is more.
  const args = { ...before, p_limit: limit + 1 }
  const found = z.array(AuditEntry).parse(dataOf(await asService(c.env).rpc('audit_page', args).retry(false)))
  const items = found.slice(0, limit)
  return [200, { items, next: found.length > items.length ? String(items.at(-1)!.id) : null }]
})

/** The two probes where orchestrators look for them. */
export const probes = new Hono<App>()
  .get('/healthz', (c) => c.json({ ok: true }))
  .get('/readyz', addressPace('read'), async (c) => c.json(await ready(c)))

/** Problem: not_ready, with the state of each dependency. */
async function ready(c: Context<App>): Promise<Readiness> {
  const dependencies = await dependenciesOf(c.env, Date.now())
  if (allReady(dependencies)) return { ready: true, dependencies }
  const away = Object.entries(dependencies).filter(([, { state }]) => state === 'away' || state === 'behind')
  const detail = away.map(([name, { state }]) => `${name} is ${state}`).join(', ')
  throw new ProblemError('not_ready', `${detail}.`, { dependencies, retryAfterMs: 1_000 })
}
