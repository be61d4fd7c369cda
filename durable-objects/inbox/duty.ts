import type { Agenda } from '../storage/agenda.ts'

/**
 * What an inbox may have to do later for the person themself: see whether they are still here, tell Postgres of it, tell
 * watchers, ask whom they watch, have Postgres block someone, have rooms read their members, read what Postgres says.
 */
export type PersonDuty = 'presence' | 'keep' | 'tell' | 'watch' | 'blocks' | 'refresh' | 'facts'

/** The agenda, as far as these duties use it. */
export type Plans = Pick<Agenda<PersonDuty>, 'plan' | 'hasten' | 'due' | 'done'>
