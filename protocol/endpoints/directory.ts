import * as z from 'zod/mini'
import { people } from '../access.ts'
import { JoinPolicy, Joined } from '../api.ts'
import { endpoint } from '../endpoint.ts'
import { TimeMs, Uuid } from '../ids.ts'
import { limits } from '../limits.ts'
import { pageOf, pageQuery } from '../pages.ts'
import { Storable } from '../text.ts'
import { Enter } from './links.ts'

/** A public room as everyone finds it. */
export const ListedRoom = z.object({
  id: Uuid,
  name: z.string(),
  description: z.string(),
  memberCount: z.int(),
  lastMessageAt: TimeMs,
  joinPolicy: JoinPolicy,
  /** Whoever comes in is asked for a passcode. */
  passcode: z.boolean(),
  /** Whether one is a member already. */
  member: z.boolean(),
})
export type ListedRoom = z.infer<typeof ListedRoom>

export const listDirectory = endpoint({
  id: 'listDirectory',
  method: 'GET',
  path: '/directory',
  summary: 'The public rooms',
  notes: 'Those whose name holds `q`, the best match first; without it the most recent first.',
  auth: 'session',
  access: people,
  pace: 'costly',
  query: {
    q: z._default(Storable.check(z.trim(), z.maxLength(limits.roomName)), ''),
    ...pageQuery(limits.listPage, limits.listPageMax),
  },
  answers: { 200: pageOf(ListedRoom) },
  problems: [],
})

export const joinPublicRoom = endpoint({
  id: 'joinPublicRoom',
  method: 'POST',
  path: '/directory/{room}/join',
  summary: 'Come into a public room',
  auth: 'session',
  access: { ...people, banned: 'not_found' },
  pace: 'write',
  params: { room: Uuid },
  body: Enter,
  answers: { 200: Joined },
  problems: ['not_found', 'approval_needed', 'passcode_needed', 'wrong_passcode', 'room_full', 'too_many'],
})
