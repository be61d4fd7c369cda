import * as z from 'zod/mini'
import { people } from '../access.ts'
import { endpoint } from '../endpoint.ts'
import { TimeMs, Uuid } from '../ids.ts'
import { limits } from '../limits.ts'
import { pageOf, pageQuery } from '../pages.ts'
import { Storable } from '../text.ts'

const name = Storable.check(z.trim(), z.minLength(limits.nameLetters), z.maxLength(limits.roomName))

export const FoundPerson = z.object({
  id: Uuid,
  username: z.nullable(z.string()),
  name: z.string(),
  /** The one who asks has opened a direct room with them. */
  contact: z.boolean(),
})
export type FoundPerson = z.infer<typeof FoundPerson>

export const searchPeople = endpoint({
  id: 'searchPeople',
  method: 'GET',
  path: '/search/people',
  summary: 'Find people by username or display name',
  notes:
    `At least ${limits.nameLetters} letters, with which a username or a word of a name begins; three or more are found inside of one, too. ` +
    'Contacts come first. Of two people of whom one blocks the other neither finds the other. No e-mail address is searched or shown.',
  auth: 'session',
  access: people,
  pace: 'costly',
  query: { q: name, ...pageQuery(limits.searchPage, limits.searchPageMost) },
  answers: { 200: pageOf(FoundPerson) },
  problems: ['took_too_long'],
})

export const FoundRoom = z.object({
  id: Uuid,
  type: z.enum(['direct', 'group']),
  /** In a direct room the other person's. */
  name: z.string(),
  memberCount: z.int(),
  /** Whether the one who asks is in it; if not, it is public. */
  member: z.boolean(),
  lastMessageAt: TimeMs,
})
export type FoundRoom = z.infer<typeof FoundRoom>

export const searchRooms = endpoint({
  id: 'searchRooms',
  method: 'GET',
  path: '/search/rooms',
  summary: 'Find rooms by name: one’s own, then public ones',
  auth: 'session',
  access: people,
  pace: 'costly',
  query: { q: name, ...pageQuery(limits.searchPage, limits.searchPageMost) },
  answers: { 200: pageOf(FoundRoom) },
  problems: ['took_too_long'],
})
