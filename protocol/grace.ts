import * as z from 'zod/mini'
import { TimeMs, Uuid } from './ids.ts'

/** Who may go on although Auth cannot be asked, and until when. A JWT signed with PARLEY_SECRET, in a cookie. */
export const Grace = z.object({
  person: z.object({ id: Uuid, name: z.string(), email: z.string() }),
  /** The sign-in that it stands in for, and when its token was made: it is no good once that was ended. */
  login: z.nullable(Uuid),
  issuedAt: z.nullable(TimeMs),
  expiresAt: TimeMs,
})
export type Grace = z.infer<typeof Grace>

/** What it is for, so that no other token of ours passes for it. */
export const graceAudience = 'parley:grace'
