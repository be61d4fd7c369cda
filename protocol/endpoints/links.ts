import * as z from 'zod/mini'
import { admins, everyone, people } from '../access.ts'
import { Joined, JoinLink, LinkEnd, LinkPreview } from '../api.ts'
import { endpoint } from '../endpoint.ts'
import { TimeMs, Uuid } from '../ids.ts'
import { limits } from '../limits.ts'
import { pageOf, pageQuery } from '../pages.ts'
import { Passcode } from '../passcode.ts'

const room = { room: Uuid }
// A code that lost a piece when it was copied is an unknown one, so any text is read.
const code = { code: z.string() }

/** How someone comes in. `passcode` where the room asks for one and they have not given it a moment ago. */
export const Enter = z._default(z.object({ passcode: z.optional(Passcode) }), {})

/** A link that was made: who made it, how often it was used, and why it opens nothing any more (`over`). */
export const ListedLink = z.object({
  id: Uuid,
  createdBy: z.nullable(Uuid),
  createdByName: z.nullable(z.string()),
  createdAt: TimeMs,
  expiresAt: z.nullable(TimeMs),
  maxUses: z.nullable(z.int()),
  uses: z.int(),
  over: z.nullable(LinkEnd),
})
export type ListedLink = z.infer<typeof ListedLink>

export const createLink = endpoint({
  id: 'createLink',
  method: 'POST',
  path: '/rooms/{room}/links',
  summary: 'Make a link that opens a group',
  notes: 'Its code is told this once: Parley keeps only the hash of it.',
  auth: 'session',
  access: admins,
  pace: 'costly',
  params: room,
  body: z._default(
    z.object({
      /** A week when it is not said; null: it never ends by itself. */
      expiresInSeconds: z.optional(z.nullable(z.int().check(z.minimum(60), z.maximum(limits.linkMaxSeconds)))),
      /** How many people may come in by it; as many as the room holds when it is not said. */
      maxUses: z.optional(z.int().check(z.minimum(1), z.maximum(limits.roomMembers))),
    }),
    {},
  ),
  keyed: true,
  answers: { 201: JoinLink },
  problems: ['not_found', 'forbidden', 'too_many'],
})

export const listLinks = endpoint({
  id: 'listLinks',
  method: 'GET',
  path: '/rooms/{room}/links',
  summary: 'The links of a group, newest first',
  notes: 'Without their codes. A link that is over is listed for a month more.',
  auth: 'session',
  access: admins,
  pace: 'read',
  params: room,
  query: pageQuery(limits.listPage, limits.listPageMax),
  answers: { 200: pageOf(ListedLink) },
  problems: ['not_found', 'forbidden'],
})

export const revokeLink = endpoint({
  id: 'revokeLink',
  method: 'DELETE',
  path: '/rooms/{room}/links/{link}',
  summary: 'Withdraw a link',
  notes: 'Whoever came in by it stays.',
  auth: 'session',
  access: admins,
  pace: 'write',
  params: { ...room, link: Uuid },
  answers: { 204: null },
  problems: ['not_found', 'forbidden'],
})

export const previewLink = endpoint({
  id: 'previewLink',
  method: 'GET',
  path: '/links/{code}',
  summary: 'What a link opens',
  notes: 'Nothing of what was written there. To someone whom the room has banned the link is unknown.',
  auth: 'optional',
  access: { ...everyone, banned: 'not_found' },
  pace: 'read',
  params: code,
  answers: { 200: LinkPreview },
  problems: ['not_found', 'link_over'],
})

export const joinByLink = endpoint({
  id: 'joinByLink',
  method: 'POST',
  path: '/links/{code}/join',
  summary: 'Come in by a link',
  auth: 'session',
  access: { ...people, banned: 'not_found' },
  pace: 'write',
  params: code,
  body: Enter,
  answers: { 200: Joined },
  problems: ['not_found', 'link_over', 'approval_needed', 'passcode_needed', 'wrong_passcode', 'room_full', 'too_many'],
})

export const setPasscode = endpoint({
  id: 'setPasscode',
  method: 'PUT',
  path: '/rooms/{room}/passcode',
  summary: 'Ask whoever comes in for a passcode',
  notes: 'Or for another one. Who is a member stays. Parley keeps only a hash of it.',
  auth: 'session',
  access: admins,
  pace: 'costly',
  params: room,
  body: z.object({ passcode: Passcode }),
  answers: { 204: null },
  problems: ['not_found', 'forbidden'],
})

export const clearPasscode = endpoint({
  id: 'clearPasscode',
  method: 'DELETE',
  path: '/rooms/{room}/passcode',
  summary: 'Ask for no passcode any more',
  auth: 'session',
  access: admins,
  pace: 'write',
  params: room,
  answers: { 204: null },
  problems: ['not_found', 'forbidden'],
})
