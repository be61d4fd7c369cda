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

/** Plans the catch-up: `after` is the seq after which the first chunk begins. */
export function catchUp(room: Room, hello: Pick<Hello, 'epoch' | 'since'>): CatchUp {
  const tail = Math.max(room.floor - 1, room.head - limits.page, 0)
  if (hello.epoch === null) return { kind: 'tail', after: tail }
  const continues =
    hello.epoch === room.epoch &&
    hello.since <= room.head &&
    hello.since >= room.floor - 1 &&
    room.head - hello.since <= limits.resumeMessages
  return continues ? { kind: 'continue', after: hello.since } : { kind: 'reset', after: tail }
}
