import type { Times } from '../room/crowd.ts'

/** Of what happened at all: what took no time never came. */
export function timesOf(took: readonly number[]): Times {
  const ranked = took.filter((ms) => ms > 0).toSorted((a, b) => a - b)
  const rank = (share: number) => ranked[Math.ceil(share * ranked.length) - 1] ?? null
  return { p50: rank(0.5), p99: rank(0.99), max: rank(1) }
}
