import * as z from 'zod/mini'
import { people } from '../access.ts'
import { endpoint } from '../endpoint.ts'
import { UuidList } from '../ids.ts'
import { Presence } from '../inbox.ts'
import { limits } from '../limits.ts'

export const PresenceList = z.object({ people: z.array(Presence) })

export const getPresence = endpoint({
  id: 'getPresence',
  method: 'GET',
  path: '/presence',
  summary: 'How people are whom you may see',
  notes: `For those without a socket, which hears of it at once. \`people\` is up to ${limits.watched} ids with commas between them. \`hidden\`: they do not show it, not to you, or were never here. Ids that nobody has are left out.`,
  auth: 'session',
  access: people,
  pace: 'read',
  query: { people: UuidList(limits.watched) },
  answers: { 200: PresenceList },
  problems: [],
})
