const hour = 3_600

/** For how long a link can be made to work, in seconds; null: until it is withdrawn. */
export const lifetimes: readonly (readonly [words: string, seconds: number | null])[] = [
  ['1 hour', hour],
  ['1 day', 24 * hour],
  ['7 days', 7 * 24 * hour],
  ['30 days', 30 * 24 * hour],
  ['Until it is withdrawn', null],
]
