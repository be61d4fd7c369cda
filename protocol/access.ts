import type { ProblemKind } from './problems.ts'

/**
 * Who may stand before a route. `guest`: holds a link and has no account; `outsider`: signed in, not a member of the room;
 * `operator`: holds the service key and no session.
 */
export const actors = [
  'anonymous',
  'guest',
  'outsider',
  'banned',
  'member',
  'moderator',
  'admin',
  'owner',
  'operator',
] as const
export type Actor = (typeof actors)[number]

/** What each actor gets of a well-formed request: served, or refused with this kind. */
export type Access = Readonly<Record<Actor, 'served' | ProblemKind>>

const noSession = { anonymous: 'sign_in', guest: 'sign_in', operator: 'sign_in' } as const

/** Everyone, signed in or not. */
export const everyone: Access = {
  ...{ anonymous: 'served', guest: 'served', outsider: 'served', banned: 'served', member: 'served' },
  ...{ moderator: 'served', admin: 'served', owner: 'served', operator: 'served' },
}

/** Whoever is signed in, on their own behalf. */
export const people: Access = { ...everyone, ...noSession }

/** Members of the room. For others there is no such room. */
export const members: Access = { ...people, outsider: 'not_found', banned: 'not_found' }

export const moderators: Access = { ...members, member: 'forbidden' }

/** The room's owner and its admins. */
export const admins: Access = { ...moderators, moderator: 'forbidden' }

export const owner: Access = { ...admins, admin: 'forbidden' }

/** Whoever runs this Parley: they hold the service key. */
export const operators: Access = {
  ...{ anonymous: 'forbidden', guest: 'forbidden', outsider: 'forbidden', banned: 'forbidden', member: 'forbidden' },
  ...{ moderator: 'forbidden', admin: 'forbidden', owner: 'forbidden', operator: 'served' },
}
