import * as z from 'zod/mini'
import { everyone, people } from '../access.ts'
import { endpoint } from '../endpoint.ts'
import { Uuid } from '../ids.ts'
import { Entered, HostAct, MediaToken } from '../meetings.ts'

const meeting = { meeting: Uuid }

/** Whoever came to the meeting: a person, or a guest by their cookie. */
const entrants = { ...people, guest: 'served', outsider: 'not_found', banned: 'not_found' } as const

export const enterMeeting = endpoint({
  id: 'enterMeeting',
  method: 'POST',
  path: '/meetings/{meeting}/enter',
  summary: 'Come to a meeting',
  notes:
    'As a host, a member of its room, or someone invited. Where there is a lobby one waits in it. Whoever is a guest comes by a link.',
  auth: 'session',
  access: { ...people, outsider: 'not_found', banned: 'not_found' },
  pace: 'write',
  params: meeting,
  answers: { 200: Entered },
  problems: ['not_found'],
})

export const openMeetingSocket = endpoint({
  id: 'openMeetingSocket',
  method: 'GET',
  path: '/meetings/{meeting}/socket',
  summary: "The meeting's live socket",
  notes:
    'For whoever has entered: their own standing, and, once they are admitted, how the meeting stands. Closed with 4401 (sign in, or no guest’s cookie) or 4403 (enter first).',
  auth: 'entrant',
  access: entrants,
  pace: 'read',
  params: { meeting: z.string() },
  answers: { 101: null },
  problems: ['wrong_origin'],
})

export const openMeetingChat = endpoint({
  id: 'openMeetingChat',
  method: 'GET',
  path: '/meetings/{meeting}/chat',
  summary: "The room's socket for whoever is no member of it",
  notes:
    'What is said in the room from the moment at which they were admitted, and nothing of who its members are. Closed with 4403 when they are ejected or the meeting ends. Members open the room itself.',
  auth: 'entrant',
  access: { ...entrants, member: 'not_found', moderator: 'not_found', admin: 'not_found', owner: 'not_found' },
  pace: 'read',
  params: { meeting: z.string() },
  answers: { 101: null },
  problems: ['wrong_origin'],
})

export const createMediaToken = endpoint({
  id: 'createMediaToken',
  method: 'POST',
  path: '/meetings/{meeting}/token',
  summary: 'A media token',
  notes: 'For whoever is admitted, and only then.',
  auth: 'entrant',
  access: entrants,
  pace: 'write',
  params: meeting,
  answers: { 200: MediaToken },
  problems: ['not_found', 'not_admitted', 'media_away'],
})

export const raiseHand = endpoint({
  id: 'raiseHand',
  method: 'PUT',
  path: '/meetings/{meeting}/hand',
  summary: 'Raise one’s hand, or take it down',
  auth: 'entrant',
  access: entrants,
  pace: 'write',
  params: meeting,
  body: z.object({ up: z.boolean() }),
  answers: { 204: null },
  problems: ['not_found', 'not_admitted'],
})

export const leaveMeeting = endpoint({
  id: 'leaveMeeting',
  method: 'POST',
  path: '/meetings/{meeting}/leave',
  summary: 'Leave a meeting, or its lobby',
  notes: 'A page that closes says it with `sendBeacon`.',
  auth: 'entrant',
  access: entrants,
  pace: 'write',
  params: meeting,
  answers: { 204: null },
  problems: ['not_found'],
})

export const actInMeeting = endpoint({
  id: 'actInMeeting',
  method: 'POST',
  path: '/meetings/{meeting}/acts',
  summary: 'Run a meeting',
  notes:
    'Admit and deny, lock, mute, ask to unmute, stop sharing, give roles, lower hands, eject, end for all: what hosts do.',
  auth: 'session',
  access: { ...people, outsider: 'not_found', banned: 'not_found', member: 'forbidden', moderator: 'forbidden' },
  pace: 'write',
  params: meeting,
  body: HostAct,
  answers: { 204: null },
  problems: ['not_found', 'forbidden', 'media_away'],
})

export const receiveMediaNews = endpoint({
  id: 'receiveMediaNews',
  method: 'POST',
  path: '/livekit/webhook',
  summary: 'What the media server reports',
  notes: 'Signed by the media server with the API key. Repeated and late reports change nothing.',
  auth: 'nobody',
  access: {
    ...everyone,
    anonymous: 'forbidden',
    guest: 'forbidden',
    outsider: 'forbidden',
    banned: 'forbidden',
    member: 'forbidden',
    moderator: 'forbidden',
    admin: 'forbidden',
    owner: 'forbidden',
    operator: 'forbidden',
  },
  pace: 'write',
  signed: true,
  // What is signed is the body as it came, so the handler reads it.
  answers: { 204: null },
  problems: ['forbidden', 'invalid_request'],
})
