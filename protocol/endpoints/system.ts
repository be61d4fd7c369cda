import * as z from 'zod/mini'
import { everyone, operators } from '../access.ts'
import { RoomMetrics } from '../api.ts'
import { endpoint } from '../endpoint.ts'
import { TimeMs, Uuid } from '../ids.ts'
import { limits } from '../limits.ts'
import { pageOf, pageQuery } from '../pages.ts'

const State = z.enum(['ready', 'away', 'behind', 'unconfigured'])

/** One thing that Parley needs, and how long it took to say so. */
const Dependency = z.object({
  state: State,
  ms: z.int(),
  /** What is wrong, for whoever runs this Parley. Never a key, an address or an answer in full. */
  detail: z.optional(z.string()),
})
export type Dependency = z.infer<typeof Dependency>

/** Everything that Parley needs. `unconfigured` is no fault. */
export const Readiness = z.object({
  ready: z.literal(true),
  dependencies: z.object({ auth: Dependency, data: Dependency, schema: Dependency, media: Dependency }),
})
export type Readiness = z.infer<typeof Readiness>

export const AuditEntry = z.object({
  id: z.int(),
  at: TimeMs,
  action: z.string(),
  actor: z.nullable(Uuid),
  room: z.nullable(Uuid),
  person: z.nullable(Uuid),
  details: z.record(z.string(), z.unknown()),
})

export const getHealth = endpoint({
  id: 'getHealth',
  method: 'GET',
  path: '/health',
  summary: 'Whether the process answers',
  notes: 'Asks nothing else, so it answers while everything else is away. Also at `/healthz`, outside `/api/v1`.',
  auth: 'nobody',
  access: everyone,
  pace: 'read',
  answers: { 200: z.object({ ok: z.literal(true) }) },
  problems: [],
})

export const getReadiness = endpoint({
  id: 'getReadiness',
  method: 'GET',
  path: '/ready',
  summary: 'Whether everything that Parley needs is there',
  notes:
    'Each dependency with its state and how long it took. While one is away the answer is 503 `not_ready`, with the same `dependencies`. Looks once a second at most. Also at `/readyz`, outside `/api/v1`.',
  auth: 'nobody',
  access: everyone,
  pace: 'read',
  answers: { 200: Readiness },
  problems: ['not_ready'],
})

export const getRoomMetrics = endpoint({
  id: 'getRoomMetrics',
  method: 'GET',
  path: '/rooms/{room}/metrics',
  summary: 'How far Postgres is behind a room',
  notes: 'For whoever runs this Parley. All three are 0 in a quiet room.',
  auth: 'service',
  access: operators,
  pace: 'read',
  params: { room: Uuid },
  answers: { 200: RoomMetrics },
  problems: ['not_found'],
})

export const listWholeAudit = endpoint({
  id: 'listWholeAudit',
  method: 'GET',
  path: '/audit',
  summary: 'Who did what, in all rooms and accounts',
  notes: 'For whoever runs this Parley, the newest first. Entries name people and rooms by id and are kept for a year.',
  auth: 'service',
  access: operators,
  pace: 'costly',
  query: pageQuery(limits.page, limits.page * 4),
  answers: { 200: pageOf(AuditEntry) },
  problems: [],
})
