/** Something that must not happen and did: of which sort, and a sentence that names it. */
export interface Breach {
  sort: BreachSort
  what: string
}

export type BreachSort =
  /** Acknowledged, and Postgres does not have it. */
  | 'lost'
  /** Stored more than once, or acknowledged at two places. */
  | 'doubled'
  /** Stored in another order than it was sent in, or told so. */
  | 'out of order'
  /** A seq that belongs to nothing, or a range that was told with something left out. */
  | 'hole'
  /** Another content than what was sent. */
  | 'changed'
  /** The room has it, and Postgres passed over it. */
  | 'parked'
  /** Its sender was told neither yes nor no, or both. */
  | 'untold'
  /** When all was quiet something was still on its way. */
  | 'unrest'
  /** A window that the kills were to hit and did not. */
  | 'window'

/** Notes a breach. */
export type Note = (sort: BreachSort, what: string) => void
