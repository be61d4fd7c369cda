/**
 * The list in the order that it had when the pointer came over it, so that nobody clicks what has just moved under them.
 * What is new comes last; `held` null: nobody points at it.
 */
export function stillOrder<Line extends { room: string }>(
  rooms: readonly Line[],
  held: readonly string[] | null,
): readonly Line[] {
  if (held === null) return rooms
  const places = new Map(held.map((room, place) => [room, place]))
  return rooms.toSorted((one, other) => (places.get(one.room) ?? Infinity) - (places.get(other.room) ?? Infinity) || 0)
}
