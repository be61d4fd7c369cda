import type { Hello } from '../../protocol/upstream.ts'
import { limits } from '../../protocol/limits.ts'
import type { Room } from './room.ts'

/** How a client that says hello gets from what it holds to what the room has. */
export type CatchUp =
  /** It holds nothing: the newest messages. */
  | { kind: 'tail'; after: number }
  /** What it holds cannot be continued, or it is too far behind: it drops its window and gets the newest messages. */
  | { kind: 'reset'; after: number }
  /** Everything since. */
  | { kind: 'continue'; after: number }
  /** The log does not go back that far: it reads the rest in the database first. */
  | { kind: 'behind' }

/**
 * Plans the catch-up: `after` is the seq after which the first chunk begins. `missed` is how many messages are newer
 * than what the client holds; beyond the limit it need not be exact.
 */
export function catchUp(room: Room, hello: Pick<Hello, 'epoch' | 'since'>, missed: number): CatchUp {
  const tail = Math.max(room.floor - 1, room.head - limits.page, 0)
  if (hello.epoch === null) return { kind: 'tail', after: tail }
  if (hello.epoch !== room.epoch || hello.since > room.head || missed > limits.resumeMessages) {
    return { kind: 'reset', after: tail }
  }
  return hello.since < room.floor - 1 ? { kind: 'behind' } : { kind: 'continue', after: hello.since }
}
