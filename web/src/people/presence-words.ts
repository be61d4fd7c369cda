import { clock, dayLabel, dayOf } from '../times.ts'
import { statusStands } from './status-stands.ts'
import type { CustomStatus, Presence } from '../../../protocol/inbox.ts'

/** How someone is, in words; empty where they do not show it. */
export const presenceWords: Record<Presence['state'], string> = {
  online: 'Online',
  away: 'Away',
  busy: 'Do not disturb',
  offline: 'Offline',
  hidden: '',
}

/** When someone was last here: "last seen today at 14:03". */
export function lastSeen(at: number, now: number): string {
  const days = dayOf(now) - dayOf(at)
  const day = days <= 1 ? dayLabel(Math.min(at, now), now).toLowerCase() : `on ${dayLabel(at, now)}`
  return `last seen ${day} at ${clock(at)}`
}

/** What someone says of themself, on one line. */
export function statusWords({ emoji, text }: Pick<CustomStatus, 'emoji' | 'text'>): string {
  return `${emoji ?? ''} ${text}`.trim()
}

/** How someone is, and what they say of themselves, in one line; empty where nothing is known. */
export function presenceLine(presence: Presence | undefined, now: number): string {
  if (presence === undefined) return ''
  const { state, lastSeenAt } = presence
  const custom = statusStands(presence.custom, now)
  const says = custom === null ? '' : statusWords(custom)
  const is = state === 'offline' && lastSeenAt !== null ? lastSeen(lastSeenAt, now) : presenceWords[state]
  return [is, says].filter((part) => part !== '').join(' · ')
}
