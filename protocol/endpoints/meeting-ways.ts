import * as z from 'zod/mini'
import { everyone, people } from '../access.ts'
import { LinkEnd } from '../api.ts'
import { endpoint } from '../endpoint.ts'
import { TimeMs, Uuid } from '../ids.ts'
import { limits } from '../limits.ts'
import {
  Entered,
  Entry,
  GuestName,
  InvitationAnswer,
  InvitationStanding,
  Meeting,
  MeetingStatus,
  Schedule,
} from '../meetings.ts'
import { Media } from '../events.ts'
import { pageOf, pageQuery } from '../pages.ts'
import { Storable } from '../text.ts'
import { Passcode } from '../passcode.ts'

const meeting = { meeting: Uuid }
// A code that lost a piece when it was copied is an unknown one, so any text is read.
const code = { code: z.string() }

/** Hosts: the one who made it, its co-hosts, and the owner and admins of its room. */
const hosts = {
  ...people,
  outsider: 'not_found',
  banned: 'not_found',
  member: 'forbidden',
  moderator: 'forbidden',
} as const

/** A link of a meeting, without its code: that is told once. */
export const MeetingLink = z.object({
  id: Uuid,
  entry: Entry,
  passcode: z.boolean(),
  createdAt: TimeMs,
  expiresAt: z.nullable(TimeMs),
  uses: z.int(),
  over: z.nullable(LinkEnd),
})
export type MeetingLink = z.infer<typeof MeetingLink>

export const createMeetingLink = endpoint({
  id: 'createMeetingLink',
  method: 'POST',
  path: '/meetings/{meeting}/links',
  summary: 'Make a link that leads into a meeting',
  notes: 'Its code is told this once: Parley keeps only the hash of it, and of the passcode.',
  auth: 'session',
  access: hosts,
  pace: 'costly',
  params: meeting,
  body: z._default(
    z.object({
      entry: z._default(Entry, 'anyone'),
      passcode: z.optional(Passcode),
      /** 30 days when it is not said; null: it never ends by itself. */
      expiresInSeconds: z.optional(z.nullable(z.int().check(z.minimum(60), z.maximum(limits.linkMaxSeconds)))),
    }),
    { entry: 'anyone' },
  ),
  keyed: true,
  answers: { 201: z.object({ id: Uuid, code: z.string(), url: z.string(), expiresAt: z.nullable(TimeMs) }) },
  problems: ['not_found', 'forbidden', 'too_many'],
})

export const listMeetingLinks = endpoint({
  id: 'listMeetingLinks',
  method: 'GET',
  path: '/meetings/{meeting}/links',
  summary: 'The links of a meeting, newest first',
  auth: 'session',
  access: hosts,
  pace: 'read',
  params: meeting,
  answers: { 200: z.object({ items: z.array(MeetingLink) }) },
  problems: ['not_found', 'forbidden'],
})

export const revokeMeetingLink = endpoint({
  id: 'revokeMeetingLink',
  method: 'DELETE',
  path: '/meetings/{meeting}/links/{link}',
  summary: 'Withdraw a link of a meeting',
  notes: 'Whoever is in stays; who waits by it does not get in.',
  auth: 'session',
  access: hosts,
  pace: 'write',
  params: { ...meeting, link: Uuid },
  answers: { 204: null },
  problems: ['not_found', 'forbidden'],
})

/** What a link shows before anyone comes in: nothing of who is there or what was said. */
export const MeetingPreview = z.object({
  meeting: Uuid,
  title: z.string(),
  media: Media,
  status: MeetingStatus,
  schedule: z.nullable(Schedule),
  invitedBy: z.nullable(z.string()),
  entry: Entry,
  passcode: z.boolean(),
  /** Whether whoever asks may come in as who they are now; otherwise they sign in first, or are no member. */
  me: z.enum(['guest', 'person', 'member', 'sign_in', 'not_a_member']),
  /** How the invitation stands whose mail brought the link; null: it is a link for anyone who has it. */
  invitation: z.nullable(InvitationStanding),
})
export type MeetingPreview = z.infer<typeof MeetingPreview>

export const previewMeetingLink = endpoint({
  id: 'previewMeetingLink',
  method: 'GET',
  path: '/meeting-links/{code}',
  summary: 'What a link of a meeting opens',
  auth: 'optional',
  access: { ...everyone, banned: 'not_found' },
  pace: 'read',
  params: code,
  answers: { 200: MeetingPreview },
  problems: ['not_found', 'link_over'],
})

export const enterByMeetingLink = endpoint({
  id: 'enterByMeetingLink',
  method: 'POST',
  path: '/meeting-links/{code}/enter',
  summary: 'Come to a meeting by a link',
  notes:
    'Whoever has no account says a name and gets a cookie that opens this meeting alone. Where there is a lobby one waits in it: the meeting’s socket says what becomes of it.',
  auth: 'optional',
  access: { ...everyone, banned: 'not_found' },
  pace: 'write',
  params: code,
  body: z._default(z.object({ name: z.optional(GuestName), passcode: z.optional(Passcode) }), {}),
  answers: { 200: Entered },
  problems: ['not_found', 'link_over', 'sign_in', 'forbidden', 'passcode_needed', 'wrong_passcode', 'invalid_request'],
})

/** An invitation as hosts see it. The address stands only in those of the one who asks, or of the host. */
export const Invitation = z.object({
  id: Uuid,
  person: z.nullable(z.object({ id: Uuid, name: z.string() })),
  email: z.nullable(z.string()),
  answer: z.enum([...InvitationStanding.options, 'withdrawn', 'expired']),
  invitedAt: TimeMs,
  answeredAt: z.nullable(TimeMs),
})
export type Invitation = z.infer<typeof Invitation>

/** An address alone: what a mail would read as a name beside one, or as a list of them, is none. */
const Address = Storable.check(
  z.trim(),
  z.maxLength(254),
  z.regex(/^[^@\s\p{Cc}<>()[\]\\,;:"]+@[^@\s\p{Cc}<>()[\]\\,;:"]+\.[^@\s\p{Cc}<>()[\]\\,;:"]+$/u),
)

export const inviteToMeeting = endpoint({
  id: 'inviteToMeeting',
  method: 'POST',
  path: '/meetings/{meeting}/invitations',
  summary: 'Invite people and e-mail addresses to a meeting',
  notes:
    'People hear of it in their inbox, addresses get a mail with a link of their own and the meeting for their calendar. Who is invited already is not invited again.',
  auth: 'session',
  access: hosts,
  pace: 'costly',
  params: meeting,
  body: z.object({
    people: z._default(z.array(Uuid).check(z.maxLength(limits.meetingInvitations)), []),
    emails: z._default(z.array(Address).check(z.maxLength(20)), []),
    message: z._default(Storable.check(z.maxLength(500)), ''),
  }),
  answers: { 200: z.object({ items: z.array(Invitation) }) },
  problems: ['not_found', 'forbidden', 'too_many', 'conflict'],
})

export const listInvitations = endpoint({
  id: 'listInvitations',
  method: 'GET',
  path: '/meetings/{meeting}/invitations',
  summary: 'Who is invited to a meeting, and what they answered',
  auth: 'session',
  access: hosts,
  pace: 'read',
  params: meeting,
  query: pageQuery(limits.listPage, limits.listPageMax),
  answers: { 200: pageOf(Invitation) },
  problems: ['not_found', 'forbidden'],
})

export const withdrawInvitation = endpoint({
  id: 'withdrawInvitation',
  method: 'DELETE',
  path: '/meetings/{meeting}/invitations/{invitation}',
  summary: 'Withdraw an invitation',
  auth: 'session',
  access: hosts,
  pace: 'write',
  params: { ...meeting, invitation: Uuid },
  answers: { 204: null },
  problems: ['not_found', 'forbidden'],
})

const answer = z.object({ answer: InvitationAnswer })

export const answerInvitation = endpoint({
  id: 'answerInvitation',
  method: 'PUT',
  path: '/meetings/{meeting}/invitation',
  summary: 'Answer an invitation to a meeting',
  auth: 'session',
  access: {
    ...people,
    outsider: 'not_found',
    banned: 'not_found',
    member: 'not_found',
    moderator: 'not_found',
    admin: 'not_found',
    owner: 'not_found',
  },
  pace: 'write',
  params: meeting,
  body: answer,
  answers: { 200: Meeting },
  problems: ['not_found', 'conflict'],
})

export const answerMailedInvitation = endpoint({
  id: 'answerMailedInvitation',
  method: 'PUT',
  path: '/meeting-links/{code}/invitation',
  summary: 'Answer an invitation that came by mail',
  notes: 'By the link in the mail, without an account.',
  auth: 'nobody',
  access: {
    anonymous: 'not_found',
    guest: 'not_found',
    outsider: 'not_found',
    banned: 'not_found',
    member: 'not_found',
    moderator: 'not_found',
    admin: 'not_found',
    owner: 'not_found',
    operator: 'not_found',
  },
  pace: 'write',
  params: code,
  body: answer,
  answers: { 204: null },
  problems: ['not_found', 'link_over', 'conflict'],
})
