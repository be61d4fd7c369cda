import * as z from 'zod/mini'
import { people } from '../access.ts'
import { endpoint } from '../endpoint.ts'
import { TimeMs, Uuid } from '../ids.ts'
import { limits } from '../limits.ts'

/** What becomes of the messages of an account that is deleted: they stay without a name, or they are emptied. */
export const ErasureMode = z.enum(['keep', 'erase'])
export type ErasureMode = z.infer<typeof ErasureMode>

/**
 * How far deleting an account is. `rooms`: those that were told of all that ever had the person; `rows`: messages,
 * reactions and receipts that were gone through; `waiting`: something cannot be reached, and is asked again.
 */
export const Erasure = z.discriminatedUnion('state', [
  z.object({ state: z.literal('none') }),
  z.object({
    ...{ state: z.literal('running'), mode: ErasureMode, since: TimeMs, waiting: z.boolean() },
    ...{ rooms: z.object({ done: z.int(), of: z.int() }), rows: z.int() },
  }),
  z.object({ state: z.literal('erased'), mode: ErasureMode }),
])
export type Erasure = z.infer<typeof Erasure>

/** A group of mine, and who has it afterwards; null: nobody is left, and it is deleted. */
const OwnedGroup = z.object({
  ...{ room: Uuid, name: z.string(), members: z.int() },
  heir: z.nullable(z.object({ person: Uuid, name: z.string() })),
})

export const previewErasure = endpoint({
  id: 'previewErasure',
  method: 'GET',
  path: '/me/erasure/preview',
  summary: 'What deleting your account would do',
  notes:
    'A group goes to its admin of longest standing, else to its member of longest standing. Without another member it is deleted.',
  auth: 'session',
  access: people,
  pace: 'read',
  answers: { 200: z.object({ rooms: z.int(), groups: z.array(OwnedGroup) }) },
  problems: ['not_found'],
})

export const startErasure = endpoint({
  id: 'startErasure',
  method: 'POST',
  path: '/me/erasure',
  summary: 'Delete your account',
  notes:
    'There is no way back. Every session of yours ends when it is answered, and nobody signs in to the account any more. `password` may be left out by a browser that signed in with a mailed code or link within ten minutes. Asked again, it goes on as it was begun.',
  auth: 'session',
  access: people,
  pace: 'credentials',
  body: z.object({ mode: ErasureMode, password: z.optional(z.string().check(z.maxLength(limits.passwordMax))) }),
  answers: { 202: Erasure },
  problems: ['wrong_credentials'],
})

export const readErasure = endpoint({
  id: 'readErasure',
  method: 'GET',
  path: '/me/erasure',
  summary: 'How far deleting your account is',
  notes:
    'For the browser that asked for it, which is signed out and holds a cookie for this alone, or for whoever has a session. A week after everything is deleted nothing is known of it.',
  auth: 'optional',
  access: people,
  pace: 'read',
  answers: { 200: Erasure },
  problems: ['sign_in'],
})

export const exportData = endpoint({
  id: 'exportData',
  method: 'GET',
  path: '/me/export',
  summary: 'Everything of yours, as a zip of JSON',
  notes:
    'Your profile, settings, devices, blocks, rooms, and whatever you wrote, with its earlier texts, the reactions that you gave, and what the audit log has of you. Nothing that others wrote. An answer that breaks off is not whole.',
  auth: 'session',
  access: people,
  pace: 'costly',
  answers: { 200: null },
  media: 'application/zip',
  problems: ['not_found'],
})
