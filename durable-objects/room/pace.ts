import { limits } from '../../protocol/limits.ts'

/** How much a person may do at once, and how much in a second after that. */
export interface Rate {
  burst: number
  perSecond: number
}

export const postRate: Rate = { burst: limits.paceBurst, perSecond: limits.pacePerSecond }
export const frameRate: Rate = { burst: limits.frameBurst, perSecond: limits.framesPerSecond }
export const callRate: Rate = { burst: limits.callBurst, perSecond: limits.callsPerSecond }
export const typingRate: Rate = { burst: limits.typingBurst, perSecond: limits.typingPerSecond }

/** A token bucket: how much is left, as of a time. */
export interface Pace {
  tokens: number
  at: number
}

/** Nothing was done yet: the bucket is full. */
export function freshPace(now: number, rate = postRate): Pace {
  return { tokens: rate.burst, at: now }
}

/** Takes one token, or says in how many milliseconds there will be one. */
export function spend(
  pace: Pace,
  now: number,
  rate = postRate,
): { ok: true; pace: Pace } | { ok: false; retryAfterMs: number } {
  const refilled = (Math.max(0, now - pace.at) * rate.perSecond) / 1_000
  const tokens = Math.min(rate.burst, pace.tokens + refilled)
  if (tokens >= 1) return { ok: true, pace: { tokens: tokens - 1, at: now } }
  return { ok: false, retryAfterMs: Math.ceil(((1 - tokens) * 1_000) / rate.perSecond) }
}
