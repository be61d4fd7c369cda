import * as z from 'zod/mini'
import { RoomLine, type InboxHello, type InboxWelcome, type RoomsChanged } from '../../../protocol/inbox.ts'
import { protocolVersion } from '../../../protocol/version.ts'

/** The list as it is kept on a device. */
export const KeptList = z.object({ epoch: z.nullable(z.string()), version: z.int(), rooms: z.array(RoomLine) })
export type KeptList = z.infer<typeof KeptList>

/**
 * The lines as the inbox told them, up to a version. The answer to hello comes in chunks and is taken over at once with
 * the last; whatever comes on a live socket only moves forward.
 */
export interface List {
  hello(): InboxHello
  welcomed(welcome: Pick<InboxWelcome, 'epoch' | 'whole'>): void
  /** Answers the rooms whose lines changed; null while more chunks are to come. */
  take(frame: RoomsChanged): ReadonlySet<string> | null
  /** The connection is gone, and with it the chunks of an answer that did not end. */
  down(): void
  /** What an earlier page, or another tab, kept: answers whether it says more than what is held. */
  remember(kept: KeptList): boolean
  kept(): KeptList
  line(room: string): RoomLine | undefined
  lines(): IterableIterator<RoomLine>
  epoch(): string | null
  version(): number
  /** Whether an answer is on its way. */
  collecting(): boolean
}

export function createList(): List {
  let epoch: string | null = null
  let version = 0
  let lines = new Map<string, RoomLine>()
  let answer: { epoch: string; whole: boolean; chunks: RoomsChanged[] } | null = null

  function apply(frame: RoomsChanged, changed: Set<string>): void {
    for (const line of frame.rooms) {
      lines.set(line.room, line)
      changed.add(line.room)
    }
    for (const room of frame.gone) if (lines.delete(room)) changed.add(room)
  }

  return {
    hello: () => ({ t: 'hello', v: protocolVersion, epoch, since: version }),
    welcomed(welcome) {
      answer = { epoch: welcome.epoch, whole: welcome.whole, chunks: [] }
    },
    take(frame) {
      const changed = new Set<string>()
      if (answer) {
        answer.chunks.push(frame)
        if (!frame.done) return null
        if (answer.whole) {
          for (const room of lines.keys()) changed.add(room)
          lines = new Map()
        }
        for (const chunk of answer.chunks) apply(chunk, changed)
        epoch = answer.epoch
        version = frame.version
        answer = null
      } else if (frame.version > version) {
        apply(frame, changed)
        if (frame.done) version = frame.version
      }
      return changed
    },
    down() {
      answer = null
    },
    remember(kept) {
      if (kept.epoch === epoch && kept.version <= version) return false
      epoch = kept.epoch
      version = kept.version
      lines = new Map(kept.rooms.map((line) => [line.room, line]))
      return true
    },
    kept: () => ({ epoch, version, rooms: [...lines.values()] }),
    line: (room) => lines.get(room),
    lines: () => lines.values(),
    epoch: () => epoch,
    version: () => version,
    collecting: () => answer !== null,
  }
}
