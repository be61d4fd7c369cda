import * as z from 'zod/mini'
import { TimeMs, Uuid } from './ids.ts'

/** What a renewal ticket says: whose session lives on, on which device, and until when. A JWT signed with PARLEY_SECRET. */
export const Renewal = z.object({ person: Uuid, device: Uuid, expiresAt: TimeMs })
export type Renewal = z.infer<typeof Renewal>

/** What a ticket is for, so that no other token of ours passes for one. */
export const renewalAudience = 'parley:renewal'
