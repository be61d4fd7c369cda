/** What orders two accounts of one room: the epoch, and within it how many bumps the room has made. */
export interface Told {
  epoch: number
  n: number
}

/** Whether a room's bump says more than what was heard before. */
export function newer(bump: Told, before: Told | null): boolean {
  if (!before) return true
  return bump.epoch > before.epoch || (bump.epoch === before.epoch && bump.n > before.n)
}

/**
 * Whether what the room told last stands against what Postgres says now. Postgres is behind the room, but knows what
 * happened after the room fell silent.
 */
export function standsAgainst(
  kept: { epoch: number; head: number; silent: boolean },
  sql: { epoch: number; head: number },
): boolean {
  if (kept.epoch !== sql.epoch) return kept.epoch > sql.epoch
  return kept.head > sql.head || (kept.head === sql.head && !kept.silent)
}
