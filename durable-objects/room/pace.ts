import { limits } from '../../protocol/limits.ts'

/** A token bucket: how many messages a person may post at once, as of a time. */
export interface Pace {
  tokens: number
  at: number
}

/** Nobody has posted yet: the bucket is full. */
export function freshPace(now: number): Pace {
  return { tokens: limits.paceBurst, at: now }
}

/** Takes one token, or says in how many milliseconds there will be one. */
export function spend(pace: Pace, now: number): { ok: true; pace: Pace } | { ok: false; retryAfterMs: number } {
  const refilled = (Math.max(0, now - pace.at) * limits.pacePerSecond) / 1_000
  const tokens = Math.min(limits.paceBurst, pace.tokens + refilled)
  if (tokens >= 1) return { ok: true, pace: { tokens: tokens - 1, at: now } }
  return { ok: false, retryAfterMs: Math.ceil(((1 - tokens) * 1_000) / limits.pacePerSecond) }
}
