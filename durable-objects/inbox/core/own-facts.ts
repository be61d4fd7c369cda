import * as z from 'zod/mini'
import { TimeMs, Uuid } from '../../../protocol/ids.ts'
import { CustomStatus, OwnStatus, QuietHours, Settings } from '../../../protocol/inbox.ts'

const otherwise = z.catch

/**
 * What Postgres knows of a person beside their rooms. People write their own rows there past Parley, too: what cannot be
 * read of what they say of themself, or of their quiet hours, is none, and is no reason to go without a list.
 */
export const OwnFacts = z.object({
  status: z.object({ ...OwnStatus.shape, custom: otherwise(z.nullable(CustomStatus), null) }),
  lastSeenAt: otherwise(z.nullable(TimeMs), null),
  settings: z.object({ ...Settings.shape, quietHours: otherwise(z.nullable(QuietHours), null) }),
  blocked: z.array(Uuid),
})
export type OwnFacts = z.infer<typeof OwnFacts>
