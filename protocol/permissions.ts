import type { Role } from './downstream.ts'

/** What someone may be in a room: a member's role, or a guest of its meeting. */
export type Standing = Role | 'guest'

/** What people do in a room beside reading it. Everyone who may write may edit, delete and take back what is theirs. */
export type Act =
  | 'post'
  | 'announce'
  | 'react'
  | 'pin'
  | 'delete_others'
  | 'change_room'
  | 'add_members'
  | 'remove_members'
  | 'mute_members'
  | 'ban_members'
  | 'set_roles'
  | 'start_call'

const everyone: readonly Act[] = ['post', 'react', 'start_call']
const moderating: readonly Act[] = [
  ...everyone,
  'pin',
  'delete_others',
  'mute_members',
  'remove_members',
  'ban_members',
]
const administering: readonly Act[] = [...moderating, 'announce', 'change_room', 'add_members', 'set_roles']

/** Who may do what. The one table: the room decides by it, the page shows by it, SECURITY.md prints it. */
export const permissions: Record<Standing, readonly Act[]> = {
  owner: administering,
  admin: administering,
  moderator: moderating,
  member: everyone,
  guest: ['post'],
}

/** The higher stands over the lower: nobody removes, mutes or changes the role of their equals or betters. */
const ranks: Record<Standing, number> = { owner: 4, admin: 3, moderator: 2, member: 1, guest: 0 }

export function may(standing: Standing, act: Act): boolean {
  return permissions[standing].includes(act)
}

/** Whether one may moderate the other at all. */
export function outranks(one: Standing, other: Standing): boolean {
  return ranks[one] > ranks[other]
}
