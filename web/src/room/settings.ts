import type { RoomFacts } from '../../sync/wire.ts'

/** What people set about a room. */
export type Wanted = Pick<RoomFacts, 'description' | 'postPolicy' | 'slowModeSeconds' | 'disappearingMs'> & {
  name: string
}

/** What is wanted otherwise than it is; null when nothing is. A name counts without the space around it. */
export function differences(facts: Wanted, wanted: Partial<Wanted>): Partial<Wanted> | null {
  const trimmed = wanted.name === undefined ? wanted : { ...wanted, name: wanted.name.trim() }
  const changed = Object.entries(trimmed).filter(([key, value]) => value !== facts[key as keyof Wanted])
  return changed.length === 0 ? null : Object.fromEntries(changed)
}
