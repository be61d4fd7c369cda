import * as z from 'zod/mini'
import { admins, members, owner, people } from '../access.ts'
import {
  CreateRoom,
  HandOver,
  HistoryFor,
  JoinPolicy,
  MembersChanged,
  RoomCreated,
  RoomDescription,
  RoomList,
  Visibility,
} from '../api.ts'
import { Role, RoomFacts } from '../downstream.ts'
import { endpoint } from '../endpoint.ts'
import { DisappearingMs, PostPolicy } from '../events.ts'
import { ClientId, TimeMs, Uuid } from '../ids.ts'
import { limits } from '../limits.ts'
import { pageOf, pageQuery } from '../pages.ts'
import { RoomName } from '../text.ts'

const room = { room: Uuid }

/** One room as someone finds it. */
export const RoomDetails = z.object({
  ...RoomFacts.shape,
  visibility: Visibility,
  joinPolicy: JoinPolicy,
  history: HistoryFor,
  /** Whoever comes in is asked for a passcode. */
  passcode: z.boolean(),
  memberCount: z.int(),
  /** One's own; null: not a member. */
  role: z.nullable(Role),
  /** The other one of a direct room, as long as they have an account. */
  with: z.nullable(z.object({ id: Uuid, name: z.string() })),
})
export type RoomDetails = z.infer<typeof RoomDetails>

/** What is named changes, the rest stays. The same command is carried out once. */
export const ChangeRoom = z.object({
  command: ClientId,
  name: z.optional(RoomName),
  description: z.optional(RoomDescription),
  visibility: z.optional(Visibility),
  joinPolicy: z.optional(JoinPolicy),
  /** Holds for whoever comes in from then on. */
  history: z.optional(HistoryFor),
  /** `admins`: an announcement room. */
  postPolicy: z.optional(PostPolicy),
  /** The pause between two messages of a member; 0: none. */
  slowModeSeconds: z.optional(z.int().check(z.minimum(0), z.maximum(limits.slowModeSeconds))),
  /** How long new messages stay; null: for ever. */
  disappearingMs: z.optional(z.nullable(DisappearingMs)),
})
export type ChangeRoom = z.infer<typeof ChangeRoom>

/** Something that someone did in a room by their role. */
export const AuditRecord = z.object({
  id: z.int(),
  at: TimeMs,
  /** Such as member_ban, renamed, link_created, message_deleted. */
  action: z.string(),
  /** Who did it, and to whom. A name is null when the account is gone. */
  by: z.nullable(Uuid),
  byName: z.nullable(z.string()),
  person: z.nullable(Uuid),
  personName: z.nullable(z.string()),
  /** What the action alone does not say: role, until, linkId, name and so on. */
  details: z.record(z.string(), z.unknown()),
})
export type AuditRecord = z.infer<typeof AuditRecord>

export const listRooms = endpoint({
  id: 'listRooms',
  method: 'GET',
  path: '/rooms',
  summary: 'The rooms you are in, most recent first',
  auth: 'session',
  access: people,
  pace: 'read',
  answers: { 200: RoomList },
  problems: [],
})

export const createRoom = endpoint({
  id: 'createRoom',
  method: 'POST',
  path: '/rooms',
  summary: 'Make a group',
  notes: 'You own it. A repeat under the same id is answered with 200 and changes nothing.',
  auth: 'session',
  access: people,
  pace: 'costly',
  body: CreateRoom,
  answers: { 201: RoomCreated, 200: RoomCreated },
  problems: ['conflict', 'too_many'],
})

export const openDirect = endpoint({
  id: 'openDirect',
  method: 'POST',
  path: '/direct',
  summary: 'Open the direct room with a person',
  notes:
    'There is one for each two people, whoever opens it and however often. Who cannot be reached is told like who is not there.',
  auth: 'session',
  access: people,
  pace: 'costly',
  body: z.object({ person: Uuid }),
  answers: { 200: z.object(room) },
  problems: ['not_found', 'too_many'],
})

export const getRoom = endpoint({
  id: 'getRoom',
  method: 'GET',
  path: '/rooms/{room}',
  summary: 'One room',
  notes: 'A room of yours, or a public one: of that everyone whom it has not banned sees what it says of itself.',
  auth: 'session',
  access: members,
  pace: 'read',
  params: room,
  answers: { 200: RoomDetails },
  problems: ['not_found'],
})

export const changeRoom = endpoint({
  id: 'changeRoom',
  method: 'PATCH',
  path: '/rooms/{room}',
  summary: 'Change what a group says of itself and how it works',
  auth: 'session',
  access: admins,
  pace: 'write',
  params: room,
  body: ChangeRoom,
  answers: { 200: RoomDetails },
  problems: ['not_found', 'forbidden', 'conflict'],
})

export const deleteRoom = endpoint({
  id: 'deleteRoom',
  method: 'DELETE',
  path: '/rooms/{room}',
  summary: 'Delete a group',
  notes: 'When it is answered nobody is a member any more; what was written goes batch by batch.',
  auth: 'session',
  access: owner,
  pace: 'write',
  params: room,
  answers: { 204: null },
  problems: ['not_found', 'forbidden', 'pending'],
})

export const handOverRoom = endpoint({
  id: 'handOverRoom',
  method: 'POST',
  path: '/rooms/{room}/owner',
  summary: 'Make another member the owner',
  notes: 'You stay as an admin.',
  auth: 'session',
  access: owner,
  pace: 'write',
  params: room,
  body: HandOver,
  answers: { 200: MembersChanged },
  problems: ['not_found', 'forbidden', 'room_full', 'too_many', 'pending'],
})

export const listRoomAudit = endpoint({
  id: 'listRoomAudit',
  method: 'GET',
  path: '/rooms/{room}/audit',
  summary: 'Who did what in a room, newest first',
  notes: 'Kept for a year.',
  auth: 'session',
  access: admins,
  pace: 'read',
  params: room,
  query: pageQuery(limits.listPage, limits.listPageMax),
  answers: { 200: pageOf(AuditRecord) },
  problems: ['not_found', 'forbidden'],
})
