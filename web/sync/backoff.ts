/** How long to wait before the next attempt: half a second to five seconds, all of it left to chance. */
export function retryDelay(failures: number, random: () => number): number {
  const longest = Math.min(5_000, 1_000 * 1.8 ** failures)
  return 500 + random() * (longest - 500)
}
