import * as z from 'zod/mini'
import { people } from '../access.ts'
import { endpoint } from '../endpoint.ts'
import { Media } from '../events.ts'
import { ClientId, Uuid } from '../ids.ts'
import { limits } from '../limits.ts'
import { Lobby, Meeting, MeetingTitle, Schedule } from '../meetings.ts'
import { pageOf, pageQuery } from '../pages.ts'
import { Storable } from '../text.ts'

const meeting = { meeting: Uuid }

// What people say of a meeting when they make or change it.
const said = {
  title: z.optional(MeetingTitle),
  description: z.optional(Storable.check(z.maxLength(limits.meetingDescription))),
  lobby: z.optional(Lobby),
  capacity: z.optional(z.int().check(z.minimum(2), z.maximum(limits.meetingPeople))),
  mayRecord: z.optional(z.enum(['hosts', 'members'])),
}

export const createMeeting = endpoint({
  id: 'createMeeting',
  method: 'POST',
  path: '/meetings',
  summary: 'Make a meeting',
  notes:
    'In a room, where its chat is; without one it gets a group of its own, named after it. Without a schedule it begins at once; where one is live in the room already, the answer is that one: 200, and another id than the one that was sent. The same id makes one meeting, for ever: sent again it is answered 200 with it.',
  auth: 'session',
  access: people,
  pace: 'costly',
  body: z.object({
    id: ClientId,
    room: z.optional(Uuid),
    media: z._default(Media, 'video'),
    schedule: z.optional(Schedule),
    ...said,
  }),
  answers: { 200: Meeting, 201: Meeting },
  problems: ['not_found', 'forbidden', 'conflict', 'too_many'],
})

export const listMeetings = endpoint({
  id: 'listMeetings',
  method: 'GET',
  path: '/meetings',
  summary: 'My meetings',
  notes:
    'Those that I host, am invited to, or that belong to rooms of mine. `coming`: live ones first, then by when they begin; `unanswered`: of those the ones to which I am invited and have not said whether I come; `past`: the latest first.',
  auth: 'session',
  access: people,
  pace: 'read',
  query: {
    when: z._default(z.enum(['coming', 'unanswered', 'past']), 'coming'),
    room: z.optional(Uuid),
    ...pageQuery(limits.listPage, limits.listPageMax),
  },
  answers: { 200: pageOf(Meeting) },
  problems: [],
})

export const getMeeting = endpoint({
  id: 'getMeeting',
  method: 'GET',
  path: '/meetings/{meeting}',
  summary: 'A meeting',
  auth: 'session',
  access: { ...people, outsider: 'not_found', banned: 'not_found' },
  pace: 'read',
  params: meeting,
  answers: { 200: Meeting },
  problems: ['not_found'],
})

export const changeMeeting = endpoint({
  id: 'changeMeeting',
  method: 'PATCH',
  path: '/meetings/{meeting}',
  summary: 'Change a meeting',
  notes: 'What is missing stays as it is. Whoever is invited is told of another time.',
  auth: 'session',
  access: { ...people, outsider: 'not_found', banned: 'not_found', member: 'forbidden', moderator: 'forbidden' },
  pace: 'write',
  params: meeting,
  body: z.object({ ...said, schedule: z.optional(Schedule) }),
  answers: { 200: Meeting },
  problems: ['not_found', 'forbidden', 'conflict'],
})

export const cancelMeeting = endpoint({
  id: 'cancelMeeting',
  method: 'DELETE',
  path: '/meetings/{meeting}',
  summary: 'Cancel a meeting, or end it where it is live',
  auth: 'session',
  access: { ...people, outsider: 'not_found', banned: 'not_found', member: 'forbidden', moderator: 'forbidden' },
  pace: 'write',
  params: meeting,
  answers: { 204: null },
  problems: ['not_found', 'forbidden'],
})

export const getMeetingCalendar = endpoint({
  id: 'getMeetingCalendar',
  method: 'GET',
  path: '/meetings/{meeting}/calendar',
  summary: 'A meeting for a calendar (.ics)',
  auth: 'session',
  access: { ...people, outsider: 'not_found', banned: 'not_found' },
  pace: 'read',
  params: meeting,
  answers: { 200: z.string() },
  media: 'text/calendar',
  problems: ['not_found', 'conflict'],
})
