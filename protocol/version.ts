/** The version of the socket protocol that this build speaks. A wire change raises it and adds a line to the ledger. */
export const protocolVersion = 1

/** The oldest version that a room still answers; older clients are closed with 4426. */
export const oldestVersion = 1

/** What each version brought, oldest first, with the hash of the wire's schemas as the test computes it. */
export const ledger: readonly { version: number; brought: string }[] = [
  { version: 1, brought: 'posts, acks, changes with covered ranges, marks, typing, who is here' },
]
