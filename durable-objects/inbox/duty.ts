import type { Agenda } from '../storage/agenda.ts'

/**
 * What an inbox may have to do later for the person themself: see whether they are still here, tell Postgres of it, tell
 * watchers, ask whom they watch, have Postgres block someone, have rooms read their members, read what Postgres says.
 */
export type PersonDuty = 'presence' | 'keep' | 'tell' | 'watch' | 'blocks' | 'refresh' | 'facts'

/**
 * What it may have to do later for the room list: read it from Postgres, tell rooms that the person is back or what their
 * devices have received, tell Postgres what the person set, end a ringing, read the rooms that are too large to tell, tell rooms which sessions are over.
 */
type ListDuty = 'list' | 'back' | 'received' | 'preferences' | 'rings' | 'large' | 'farewells'

/** Deleting the account, and forgetting that there was one. */
type LastDuty = 'erasure' | 'forgotten'

export type InboxDuty = 'sessions' | ListDuty | PersonDuty | LastDuty

/** The agenda, as far as the person's duties use it. */
export type Plans = Pick<Agenda<PersonDuty>, 'plan' | 'hasten' | 'due' | 'done'>
