import { random } from './random.ts'

/** What happens next in a room. */
type Turn = 'posted' | 'edited' | 'deleted' | 'pinned' | 'reacted'

type Size = { seed: string; changes?: boolean }
type Room = { id: string; messages: number }

/**
 * What happens in a room, in order. Where there are changes, about 3 % of its messages are edited, 1 % deleted, 10 % have reactions. It ends with
 * a post. Of its own chance and cheap, so that a room's head is known before its log is written.
 */
export function* turns({ seed, changes = false }: Size, { id, messages }: Room): Generator<Turn> {
  const chance = random(`${seed} turns ${id}`)
  for (let post = 1; post <= messages; post++) {
    yield 'posted'
    if (post === messages) return
    if (!changes) continue
    const fate = chance.next()
    if (fate < 0.031) yield 'edited'
    else if (fate < 0.041) yield 'deleted'
    else if (fate < 0.043) yield 'pinned'
    // One reaction is the rule, five are rare.
    else if (fate < 0.155) for (let left = 1 + Math.floor(5 * chance.next() ** 4); left > 0; left--) yield 'reacted'
  }
}

/** How many events a room's log has. */
export function countTurns(size: Size, room: Room): number {
  let count = 0
  for (const _ of turns(size, room)) count++
  return count
}
