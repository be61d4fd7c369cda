import { Hono } from 'hono'
import type { RoomMetrics } from '../../protocol/api.ts'
import { Uuid } from '../../protocol/ids.ts'
import type { App } from '../env.ts'
import { ProblemError } from '../problem.ts'
import { readValue } from '../read.ts'
import { roomObject } from '../objects.ts'
import { withServiceKey } from '../service-key.ts'

/** GET /rooms/:id/metrics: how far Postgres is behind a room, for whoever runs this Parley and holds the service key. */
export const metrics = new Hono<App>().get('/rooms/:id/metrics', withServiceKey, async (c) => {
  const found = await roomObject(c.env, readValue(c.req.param('id'), Uuid)).metrics()
  if (!found) throw new ProblemError('not_found', 'There is no such room, or it cannot wake.')
  return c.json(found satisfies RoomMetrics)
})
