import * as z from 'zod/mini'
import { members, moderators } from '../access.ts'
import { ChangeMembers, MembersChanged } from '../api.ts'
import { Role } from '../downstream.ts'
import { endpoint } from '../endpoint.ts'
import { TimeMs, Uuid } from '../ids.ts'
import { limits } from '../limits.ts'
import { pageOf, pageQuery } from '../pages.ts'

const room = { room: Uuid }

export const ListedMember = z.object({
  person: Uuid,
  name: z.string(),
  role: Role,
  joinedAt: TimeMs,
  /** A moderator silenced them until then. */
  silencedUntil: z.nullable(TimeMs),
})
export type ListedMember = z.infer<typeof ListedMember>

/** `until` null: for good. */
export const Ban = z.object({ person: Uuid, name: z.string(), until: z.nullable(TimeMs) })
export type Ban = z.infer<typeof Ban>

export const listMembers = endpoint({
  id: 'listMembers',
  method: 'GET',
  path: '/rooms/{room}/members',
  summary: 'The members of a room',
  notes: 'The owner first, then admins, moderators and everyone else, each by name.',
  auth: 'session',
  access: members,
  pace: 'read',
  params: room,
  query: pageQuery(limits.listPage, limits.listPageMax),
  answers: { 200: pageOf(ListedMember) },
  problems: ['not_found'],
})

export const changeMembers = endpoint({
  id: 'changeMembers',
  method: 'POST',
  path: '/rooms/{room}/members',
  summary: 'Add, remove, ban, silence members, give them roles, or leave',
  notes:
    'The same command is carried out once. When it is answered it has reached the live sockets. Members may leave; moderators remove, ban and silence who ranks below them; admins add and give roles.',
  auth: 'session',
  // To leave, which everyone but the owner may; what else is asked for is judged by role.
  access: members,
  pace: 'write',
  params: room,
  body: ChangeMembers,
  answers: { 200: MembersChanged },
  problems: ['not_found', 'forbidden', 'room_full', 'pending'],
})

export const listBans = endpoint({
  id: 'listBans',
  method: 'GET',
  path: '/rooms/{room}/bans',
  summary: 'Who is banned from a group',
  auth: 'session',
  access: moderators,
  pace: 'read',
  params: room,
  query: pageQuery(limits.listPage, limits.listPageMax),
  answers: { 200: pageOf(Ban) },
  problems: ['not_found', 'forbidden'],
})
