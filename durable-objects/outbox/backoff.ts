/** The longest pause between two tries. */
const longestMs = 60_000

/**
 * How long to wait before try number `attempt` (1 is the first repeat): doubling from 500 ms up to a minute,
 * with the lower half kept and the upper half drawn, so that rooms do not all come back at once.
 * `random` is between 0 and 1.
 */
export function backoff(attempt: number, random: number): number {
  const ceiling = Math.min(longestMs, 500 * 2 ** Math.max(0, attempt - 1))
  return Math.round(ceiling / 2 + (ceiling / 2) * random)
}
