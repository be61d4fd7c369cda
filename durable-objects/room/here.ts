import { limits } from '../../protocol/limits.ts'

/** One open socket: whose it is and when it last gave a sign of life, in epoch milliseconds. */
export interface Presence {
  person: string
  seenAt: number
}

/** The people who are here: each once, however many tabs they have, as long as their lease runs. */
export function here(presences: Iterable<Presence>, now: number): string[] {
  const people = new Set<string>()
  for (const presence of presences) if (now - presence.seenAt <= limits.hereLeaseMs) people.add(presence.person)
  return [...people].sort()
}
