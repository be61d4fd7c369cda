import type { Context } from 'hono'
import * as z from 'zod/mini'
import { Uuid } from '../protocol/ids.ts'
import { Media } from '../protocol/events.ts'
import { Lobby, type Meeting, MeetingStatus, Plan } from '../protocol/meetings.ts'
import { currentOccurrence } from '../protocol/occurrences.ts'
import type { App, Env } from './env.ts'
import { noSuchMeeting } from './meeting-entry.ts'
import { shownSchedule } from './meeting-schedule.ts'
import { asService, dataOf } from './supabase.ts'

const time = z.nullable(z.number())

/** A meeting as Postgres tells of it to someone who may see it. */
export const Seen = z.object({
  ...{ id: Uuid, room: Uuid, roomName: z.nullable(z.string()), title: z.string(), description: z.string() },
  host: z.object({ person: Uuid, name: z.string() }),
  ...{ media: Media, status: MeetingStatus, startsAt: time, startedAt: time, endedAt: time },
  ...{ plan: z.nullable(Plan), session: z.int(), sequence: z.int(), changedAt: z.number() },
  ...{ lobby: Lobby, capacity: z.int(), mayRecord: z.enum(['hosts', 'members']) },
  me: z.enum(['host', 'cohost', 'member', 'invited']),
  invitation: z.nullable(z.enum(['pending', 'accepted', 'declined', 'tentative'])),
})
export type Seen = z.infer<typeof Seen>

/** A meeting as this person sees it. Problems: not_found, database_away. */
export async function seenMeeting(env: Env, meeting: string, person: string): Promise<Seen> {
  const answer = await asService(env).rpc('meeting_of', { p_meeting: meeting, p_person: person })
  if (answer.data === null && !answer.error) throw noSuchMeeting()
  return Seen.parse(dataOf(answer))
}

/** What the API answers. Where nobody came to a session of one that repeats, the next one is shown, and written down behind. */
export function shownMeeting(c: Context<App>, seen: Seen): Meeting {
  const { plan, session: _session, sequence: _sequence, changedAt: _changedAt, startsAt, ...rest } = seen
  if (!plan || startsAt === null) return { ...rest, schedule: null }
  if (seen.status !== 'scheduled' || !plan.repeats || startsAt + plan.minutes * 60_000 > Date.now()) {
    return { ...rest, schedule: shownSchedule(plan, startsAt) }
  }
  const next = currentOccurrence(plan, Date.now())
  const move = asService(c.env).rpc('move_on_meeting', {
    ...{ p_meeting: seen.id, p_from_ms: startsAt },
    ...(next !== null && { p_to_ms: next }),
  })
  c.executionCtx.waitUntil(Promise.resolve(move))
  const status = next === null ? 'ended' : rest.status
  return { ...rest, status, schedule: shownSchedule(plan, next ?? startsAt) }
}
