import * as z from 'zod/mini'
import { TimeMs, Uuid } from './ids.ts'

/**
 * What a ticket opens, once: the socket of this room, or (null) of the person's inbox, for this person, on this device,
 * until their session ends. `login` and `issuedAt` are of the session that asked for it: the ticket ends with that. A JWT
 * signed with PARLEY_SECRET, good for 30 s.
 */
export const Ticket = z.object({
  ...{ id: Uuid, room: z.nullable(Uuid), person: Uuid, device: Uuid },
  ...{ login: z.nullable(Uuid), issuedAt: z.nullable(TimeMs), expiresAt: TimeMs },
})
export type Ticket = z.infer<typeof Ticket>

/** What it is for, so that no other token of ours passes for it. */
export const ticketAudience = 'parley:ticket'

/** The subprotocol that Parley answers with; a client names it first. */
export const subprotocol = 'parley'
/** A second subprotocol begins with this and ends with the ticket: it stands in no URL, and the answer does not repeat it. */
export const ticketPrefix = 'parley.ticket.'
