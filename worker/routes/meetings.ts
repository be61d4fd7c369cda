import type { Context } from 'hono'
import { Hono } from 'hono'
import * as z from 'zod/mini'
import {
  cancelMeeting,
  changeMeeting,
  createMeeting,
  getMeeting,
  getMeetingCalendar,
  listMeetings,
} from '../../protocol/endpoints/meetings.ts'
import { Uuid } from '../../protocol/ids.ts'
import { nextOccurrence } from '../../protocol/occurrences.ts'
import { calendarOf } from '../calendar.ts'
import { placeOf } from '../cursor.ts'
import type { App, Env } from '../env.ts'
import { pageFrom } from '../list.ts'
import { Facts, hostsAlone, noSuchMeeting } from '../meeting-entry.ts'
import { Seen, seenMeeting, shownMeeting } from '../meeting-list.ts'
import { mailOrigin, mailSoon } from '../meeting-mail.ts'
import { settledSchedule } from '../meeting-schedule.ts'
import { begin, writeMeeting } from '../meeting-rows.ts'
import { tellInvited } from '../meeting-news.ts'
import { inboxObject, meetingObject } from '../objects.ts'
import { ProblemError } from '../problem.ts'
import { serve } from '../serve.ts'
import { asService, dataOf } from '../supabase.ts'
import { warn } from '../../durable-objects/log.ts'

const Changed = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('changed'), facts: Facts, people: z.array(Uuid) }),
  z.object({ outcome: z.enum(['over', 'forbidden', 'unknown']) }),
])

const Cancelled = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.enum(['cancelled', 'ended']), facts: Facts, people: z.array(Uuid) }),
  z.object({ outcome: z.enum(['forbidden', 'unknown']) }),
])

const Coming = z.tuple([z.int(), z.number(), Uuid])
const Past = z.tuple([z.number(), Uuid])

/** Meetings themselves: making, finding, changing and cancelling them. */
export const meetings = new Hono<App>()

serve(meetings, createMeeting, async ({ c, session, body }) => {
  const me = session.me.person.id
  const { schedule, room, ...asked } = body
  const kept = schedule && settledSchedule(schedule, Date.now())
  // What begins at once in a room is its call, and rings like one.
  if (room !== undefined && !kept) {
    const { meeting, made } = await begin(c.env, me, { ...asked, room })
    return [made ? 201 : 200, await shown(c, meeting, me)]
  }
  const { outcome, id } = await writeMeeting(c.env, me, { ...body, schedule: kept })
  if (room === undefined) await inboxObject(c.env, me).reload()
  return [outcome === 'created' ? 201 : 200, await shown(c, id, me)]
})

serve(meetings, listMeetings, async ({ c, session, query: { when, room, cursor, limit } }) => {
  const after = when === 'past' ? placeOf(cursor, Past) : placeOf(cursor, Coming)
  const answer = await asService(c.env).rpc('meetings_of', {
    ...{ p_person: session.me.person.id, p_when: when, p_after: after, p_limit: limit },
    ...(room !== undefined && { p_room: room }),
  })
  const { items, next } = pageFrom(dataOf(answer), Seen)
  return [200, { items: items.map((seen) => shownMeeting(c, seen)), next }]
})

serve(meetings, getMeeting, async ({ c, session, params: { meeting } }) => {
  return [200, await shown(c, meeting, session.me.person.id)]
})

serve(meetings, changeMeeting, async ({ c, session, params: { meeting }, body }) => {
  const me = session.me.person.id
  const { schedule, ...said } = body
  const change = { ...said, ...(schedule && { schedule: settledSchedule(schedule, Date.now()) }) }
  const answer = await asService(c.env).rpc('change_meeting', {
    ...{ p_meeting: meeting, p_by: me, p_change: change, ...mailOrigin(c) },
  })
  const changed = Changed.parse(dataOf(answer))
  switch (changed.outcome) {
    case 'changed':
      await tell(c.env, changed.facts)
      mailSoon(c, meeting)
      tellInvited(c, changed.people, { news: 'changed', meeting, title: changed.facts.title })
      return [200, await shown(c, meeting, me)]
    case 'over':
      throw new ProblemError('conflict', 'This meeting is live or over, or was begun at once: that stays as it is.')
    case 'forbidden':
      throw hostsAlone()
    case 'unknown':
      throw noSuchMeeting()
  }
})

serve(meetings, cancelMeeting, async ({ c, session, params: { meeting } }) => {
  const me = session.me.person.id
  const { plan, status, startsAt, session: sitting } = await seenMeeting(c.env, meeting, me)
  const next = status === 'live' && plan && startsAt !== null ? nextOccurrence(plan, startsAt + 1) : null
  const answer = await asService(c.env).rpc('cancel_meeting', {
    ...{ p_meeting: meeting, p_by: me, ...mailOrigin(c) },
    ...(next !== null && { p_next_ms: next }),
    // It may end by itself meanwhile: then what is to come was not meant.
    ...(status === 'live' && { p_session: sitting }),
  })
  const cancelled = Cancelled.parse(dataOf(answer))
  switch (cancelled.outcome) {
    case 'cancelled':
    case 'ended':
      await tell(c.env, cancelled.facts)
      mailSoon(c, meeting)
      tellInvited(c, cancelled.people, { news: 'cancelled', meeting, title: cancelled.facts.title })
      return [204]
    case 'forbidden':
      throw hostsAlone()
    case 'unknown':
      throw noSuchMeeting()
  }
})

serve(meetings, getMeetingCalendar, async ({ c, session, params: { meeting } }) => {
  const { plan, status, ...seen } = await seenMeeting(c.env, meeting, session.me.person.id)
  if (!plan) throw new ProblemError('conflict', 'This meeting was begun at once: a calendar has nothing to keep.')
  const url = new URL(`/meet/${meeting}`, c.req.url).href
  const cancelled = status === 'cancelled'
  const file = calendarOf({ ...seen, plan, cancelled, madeAt: Date.now(), url, mailed: null })
  return c.body(file, 200, {
    'content-type': 'text/calendar; charset=utf-8',
    'content-disposition': 'attachment; filename="meeting.ics"',
  })
})

async function shown(c: Context<App>, meeting: string, person: string) {
  return shownMeeting(c, await seenMeeting(c.env, meeting, person))
}

/** The meeting goes by what Postgres says now. One that does not hear of it learns it from whoever comes next. */
async function tell(env: Env, facts: z.infer<typeof Facts>): Promise<void> {
  try {
    await meetingObject(env, facts.id).changed(facts)
  } catch (error) {
    warn(`meeting ${facts.id} has not heard how it was changed: ${String(error)}`)
  }
}
