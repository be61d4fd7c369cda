import * as z from 'zod/mini'
import { admins, people } from '../access.ts'
import { JoinCode } from '../api.ts'
import { endpoint } from '../endpoint.ts'
import { ClientId, TimeMs, Uuid } from '../ids.ts'
import { limits } from '../limits.ts'
import { pageOf, pageQuery } from '../pages.ts'
import { Storable } from '../text.ts'

const room = { room: Uuid }

/** Someone who waits to be let in. */
export const JoinRequest = z.object({ person: Uuid, name: z.string(), note: z.string(), askedAt: TimeMs })
export type JoinRequest = z.infer<typeof JoinRequest>

export const askToJoin = endpoint({
  id: 'askToJoin',
  method: 'POST',
  path: '/rooms/{room}/requests',
  summary: 'Ask to be let in',
  notes:
    'At a public room, or at one that a link leads to, also when that is over. A repeat is the same request. Who was declined asks again after a week.',
  auth: 'session',
  access: { ...people, banned: 'not_found' },
  pace: 'write',
  params: room,
  body: z._default(
    z.object({
      note: z.optional(Storable.check(z.trim(), z.maxLength(limits.joinNote))),
      /** Of the link, where the room is not public. */
      code: z.optional(JoinCode),
    }),
    {},
  ),
  answers: {
    200: z.discriminatedUnion('state', [
      z.object({ state: z.literal('waiting'), askedAt: TimeMs }),
      z.object({ state: z.literal('member') }),
    ]),
  },
  problems: ['not_found', 'declined', 'too_many'],
})

export const withdrawRequest = endpoint({
  id: 'withdrawRequest',
  method: 'DELETE',
  path: '/rooms/{room}/requests',
  summary: 'Take your request back',
  notes: 'Also when there is none, or no such room.',
  auth: 'session',
  access: people,
  pace: 'write',
  params: room,
  answers: { 204: null },
  problems: [],
})

export const listRequests = endpoint({
  id: 'listRequests',
  method: 'GET',
  path: '/rooms/{room}/requests',
  summary: 'Who waits to be let in, the longest first',
  auth: 'session',
  access: admins,
  pace: 'read',
  params: room,
  query: pageQuery(limits.listPage, limits.listPageMax),
  answers: { 200: pageOf(JoinRequest) },
  problems: ['not_found', 'forbidden'],
})

export const decideRequest = endpoint({
  id: 'decideRequest',
  method: 'POST',
  path: '/rooms/{room}/requests/{person}',
  summary: 'Let someone in who waits, or decline',
  notes: 'The same command is carried out once. When it is answered, who was let in is a member for everyone.',
  auth: 'session',
  access: admins,
  pace: 'write',
  params: { ...room, person: Uuid },
  body: z.object({ command: ClientId, decision: z.enum(['approve', 'decline']) }),
  answers: { 204: null },
  problems: ['not_found', 'forbidden', 'room_full', 'too_many', 'pending'],
})
