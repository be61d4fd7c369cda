import type { CustomStatus, OwnStatus, Presence } from '../../../protocol/inbox.ts'
import { limits } from '../../../protocol/limits.ts'

/** One connected device: when it last gave a sign of life, in epoch milliseconds, and whether nobody sits before it. */
export interface Sign {
  seenAt: number
  away: boolean
}

/**
 * A time in which someone is here, on however many devices: when it began, the last sign of life, until when it lasts
 * without another one, and whether nobody sits before any of the devices. It outlives them by the lease, so that a page
 * that is loaded anew is no leave and no join.
 */
export interface Visit {
  since: number
  seenAt: number
  until: number
  away: boolean
}

/** How someone is, before it is asked who wants to know: `offline` with when they were last here. */
export type Being =
  | { state: 'online' | 'away' | 'busy' | 'invisible'; custom: CustomStatus | null }
  | { state: 'offline'; lastSeenAt: number | null; custom: CustomStatus | null }

/** How long a sign of life lasts. Browsers keep a page that nobody sees from its pings for a minute at a time. */
function leaseMs({ away }: Sign): number {
  return away ? limits.presenceLeaseMs : limits.hereLeaseMs
}

/** The visit as the signs of life carry it on, begin it anew, or let it end (null). */
export function carryOn(visit: Visit | null, signs: readonly Sign[], now: number): Visit | null {
  const alive = signs.filter((sign) => now - sign.seenAt < leaseMs(sign))
  // Where no device is left, how the last ones were holds until one is back.
  if (alive.length === 0) return visit && now < visit.until ? visit : null
  const seenAt = Math.max(visit?.seenAt ?? 0, ...alive.map((sign) => sign.seenAt))
  return {
    ...{ since: visit?.since ?? now, seenAt },
    until: Math.max(seenAt + limits.hereLeaseMs, ...alive.map((sign) => sign.seenAt + leaseMs(sign))),
    away: alive.every(({ away }) => away),
  }
}

/** The visit after a device has gone, whose last sign of life this was: without others it lasts for the lease from there on. */
export function leave(visit: Visit | null, last: Sign, others: readonly Sign[], now: number): Visit | null {
  const before = carryOn(visit, [...others, last], now)
  const after = carryOn(before, others, now)
  if (!after || others.some((sign) => now - sign.seenAt < leaseMs(sign))) return after
  const until = after.seenAt + limits.hereLeaseMs
  return now < until ? { ...after, until } : null
}

/** How someone is now. Do-not-disturb tells more than that nobody looks, and being invisible tells nothing. */
export function being(visit: Visit | null, status: OwnStatus, lastSeenAt: number | null, now: number): Being {
  const custom = current(status.custom, now)
  if (status.show === 'invisible') return { state: 'invisible', custom }
  if (!visit || now - visit.since < limits.onlineAfterMs) return { state: 'offline', lastSeenAt, custom }
  if (status.show === 'busy') return { state: 'busy', custom }
  return { state: visit.away ? 'away' : 'online', custom }
}

/** When the visit changes by itself: it has lasted long enough to count, or its lease is over. */
export function nextTurn({ since, until }: Visit, now: number): number {
  const counts = since + limits.onlineAfterMs
  return counts > now ? counts : until
}

/** What one may see who may see it. */
export function shown(person: string, { custom, ...being }: Being): Presence {
  switch (being.state) {
    case 'invisible':
      return hidden(person)
    case 'offline':
      return { person, state: 'offline', lastSeenAt: being.lastSeenAt, custom }
    case 'online':
    case 'away':
    case 'busy':
      return { person, state: being.state, lastSeenAt: null, custom }
  }
}

/** What everyone else sees. */
export function hidden(person: string): Presence {
  return { person, state: 'hidden', lastSeenAt: null, custom: null }
}

/** What someone says of themself, while it holds. */
export function current(custom: CustomStatus | null, now: number): CustomStatus | null {
  return custom !== null && (custom.until === null || custom.until > now) ? custom : null
}
