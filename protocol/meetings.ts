import * as z from 'zod/mini'
import { Media } from './events.ts'
import { TimeMs, Uuid } from './ids.ts'
import { limits } from './limits.ts'
import { Storable } from './text.ts'

/** What a meeting is by now. One that repeats is scheduled again when one of its sessions has ended. */
export const MeetingStatus = z.enum(['scheduled', 'live', 'ended', 'cancelled'])
export type MeetingStatus = z.infer<typeof MeetingStatus>

/**
 * What someone may do in a meeting. `host` and `cohost` run it (the room's owner and admins are co-hosts of its meetings), a
 * `speaker` sends sound and picture, a `viewer` only hears and sees, a `guest` is a speaker without an account.
 */
export const MeetingRole = z.enum(['host', 'cohost', 'speaker', 'viewer', 'guest'])
export type MeetingRole = z.infer<typeof MeetingRole>

/** Who may come in by a link of the meeting: members of its room, whoever is signed in, anyone. */
export const Entry = z.enum(['members', 'signed_in', 'anyone'])
export type Entry = z.infer<typeof Entry>

/** Who waits in the lobby until a host lets them in: nobody, whoever comes by a link, everyone but hosts. */
export const Lobby = z.enum(['nobody', 'strangers', 'everyone'])
export type Lobby = z.infer<typeof Lobby>

const Weekday = z.enum(['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'])

/** How a meeting repeats (a part of RFC 5545): every so many days, weeks (on which days) or months, and when it ends. */
export const Repeats = z.object({
  every: z.enum(['day', 'week', 'month']),
  interval: z._default(z.int().check(z.minimum(1), z.maximum(99)), 1),
  on: z.optional(z.array(Weekday).check(z.minLength(1), z.maxLength(7))),
  /** Until this moment, or so many times; for ever where neither is said. */
  until: z.optional(TimeMs),
  times: z.optional(z.int().check(z.minimum(1), z.maximum(999))),
})
export type Repeats = z.infer<typeof Repeats>

/** When a meeting is held. `timeZone` is the IANA zone whose wall clock it follows. */
export const Schedule = z.object({
  startsAt: TimeMs,
  minutes: z.int().check(z.minimum(5), z.maximum(24 * 60)),
  timeZone: Storable.check(z.minLength(1), z.maxLength(64)),
  repeats: z.nullable(Repeats),
})
export type Schedule = z.infer<typeof Schedule>

/** When a meeting is held, with where its repetition began: every session keeps the wall clock that `firstAt` has. */
export const Plan = z.object({
  firstAt: TimeMs,
  minutes: z.int(),
  timeZone: z.string(),
  repeats: z.nullable(Repeats),
})
export type Plan = z.infer<typeof Plan>

/** On one line, as the room that is named after it and the subject of a mail. */
export const MeetingTitle = Storable.check(z.trim(), z.maxLength(limits.meetingTitle), z.regex(/^[^\n\r]*$/))
export const GuestName = Storable.check(z.trim(), z.minLength(1), z.maxLength(limits.guestName), z.regex(/^[^\n\r]*$/))

/** What someone answers to an invitation. */
export const InvitationAnswer = z.enum(['accepted', 'declined', 'tentative'])
export type InvitationAnswer = z.infer<typeof InvitationAnswer>

/** How an invitation that still counts stands. */
export const InvitationStanding = z.enum(['pending', ...InvitationAnswer.options])
export type InvitationStanding = z.infer<typeof InvitationStanding>

/** A meeting as whoever may see it sees it. */
export const Meeting = z.object({
  id: Uuid,
  /** Its chat is this room's log. */
  room: Uuid,
  roomName: z.nullable(z.string()),
  host: z.object({ person: Uuid, name: z.string() }),
  title: z.string(),
  description: z.string(),
  media: Media,
  status: MeetingStatus,
  /** Null: it was begun at once and not planned. `startsAt` is of the next session. */
  schedule: z.nullable(Schedule),
  startedAt: z.nullable(TimeMs),
  endedAt: z.nullable(TimeMs),
  lobby: Lobby,
  capacity: z.int(),
  /** Which members may record, beside the host: what the room's role has to be at least. */
  mayRecord: z.enum(['hosts', 'members']),
  /** What the one who asks is to it. */
  me: z.enum(['host', 'cohost', 'member', 'invited']),
  /** My answer to an invitation, if I have one. */
  invitation: z.nullable(InvitationStanding),
})
export type Meeting = z.infer<typeof Meeting>

/** Someone in the meeting. `id` is a person's own, or a guest's. */
export const Participant = z.object({
  id: Uuid,
  name: z.string(),
  role: MeetingRole,
  /** In the call with sound and picture right now. */
  here: z.boolean(),
  /** When their hand went up; null: it is down. */
  handAt: z.nullable(TimeMs),
  /** Has an account: null of a guest. */
  person: z.nullable(Uuid),
})
export type Participant = z.infer<typeof Participant>

/** Someone who waits to be let in, in the order in which they came. `before`: a host refused them once, so `all` leaves them out. */
export const Waiting = z.object({
  ...{ id: Uuid, name: z.string(), person: z.nullable(Uuid), since: TimeMs },
  before: z.optional(z.enum(['denied', 'ejected'])),
})
export type Waiting = z.infer<typeof Waiting>

/**
 * Where someone stands before a meeting. `waiting` for a host; `early`: it is scheduled and no host is there yet; `admitted`: a
 * media token is theirs to ask for; `denied`, `ejected`: for good, until a host thinks otherwise; `full`, `locked`: try again;
 * `over`: ended or cancelled; `outside`: they have not come in, or left.
 */
export const Standing = z.enum([
  'waiting',
  'early',
  'admitted',
  'denied',
  'ejected',
  'full',
  'locked',
  'over',
  'outside',
])
export type Standing = z.infer<typeof Standing>

/** What someone who enters is told. */
export const Entered = z.object({ meeting: Uuid, me: Uuid, standing: Standing, role: MeetingRole })
export type Entered = z.infer<typeof Entered>

/** What a media server wants to know of someone, good for 60 s: the media server renews it for those who are connected. */
export const MediaToken = z.object({
  /** Where the media server is: `wss://…`. */
  url: z.string(),
  token: z.string(),
  /** `person:device` or `guest:id`: one tile for each. */
  identity: z.string(),
  expiresAt: TimeMs,
})
export type MediaToken = z.infer<typeof MediaToken>

/** What someone sends that a host can silence. */
export const Track = z.enum(['microphone', 'camera', 'screen'])

/** What hosts do in a meeting. Done twice it is done once. `all` are those who were never refused; the others are let in by name. */
export const HostAct = z.discriminatedUnion('act', [
  z.object({
    act: z.literal('admit'),
    people: z.union([z.literal('all'), z.array(Uuid).check(z.maxLength(limits.meetingPeople))]),
  }),
  z.object({
    act: z.literal('deny'),
    people: z.union([z.literal('all'), z.array(Uuid).check(z.maxLength(limits.meetingPeople))]),
  }),
  /** Nobody but hosts comes in, or knocks. */
  z.object({ act: z.literal('lock'), on: z.boolean() }),
  z.object({ act: z.literal('mute'), person: Uuid, track: Track }),
  /** Everyone's microphone but the hosts'. */
  z.object({ act: z.literal('mute_all') }),
  /** Nobody turns on a microphone but its owner: they are asked. */
  z.object({ act: z.literal('ask_unmute'), person: Uuid }),
  z.object({ act: z.literal('role'), person: Uuid, role: z.enum(['cohost', 'speaker', 'viewer']) }),
  z.object({ act: z.literal('lower_hand'), person: Uuid }),
  z.object({ act: z.literal('eject'), person: Uuid }),
  z.object({ act: z.literal('end') }),
])
export type HostAct = z.infer<typeof HostAct>

/** What the meeting's socket says. It is never spoken to but by `ping`, answered with `pong`, and `renew` as in a room. */
export const MeetingDownstream = z.discriminatedUnion('t', [
  /** One's own state: all that anyone hears who is not admitted. Sent first, and whenever it changes. */
  z.object({ t: z.literal('you'), standing: Standing, role: MeetingRole, handAt: z.nullable(TimeMs) }),
  /** To those admitted: how the meeting stands, whole. People by the time at which they came, hands in order by `handAt`. */
  z.object({
    t: z.literal('meeting'),
    status: MeetingStatus,
    startedAt: z.nullable(TimeMs),
    locked: z.boolean(),
    recording: z.nullable(z.object({ id: Uuid, status: z.enum(['starting', 'active']), by: z.nullable(z.string()) })),
    people: z.array(Participant),
  }),
  /** To hosts: who waits. */
  z.object({ t: z.literal('lobby'), waiting: z.array(Waiting) }),
  /** To one person: a host asks them to turn their microphone on, or has turned off what they sent. */
  z.object({
    t: z.literal('asked'),
    what: z.enum(['unmute', 'muted', 'sharing_stopped', 'camera_off']),
    by: z.string(),
  }),
  z.object({ t: z.literal('renewed'), expiresAt: TimeMs }),
])
export type MeetingDownstream = z.infer<typeof MeetingDownstream>
