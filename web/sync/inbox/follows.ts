import type { StoreApi } from 'zustand/vanilla'
import type { RoomLine } from '../../../protocol/inbox.ts'
import type { RoomView } from '../types.ts'
import { caughtUp, newsOf, withNews, type News } from './news.ts'

/** The open rooms whose news lie over the list, each until the list has come as far. */
export interface Follows {
  /** Takes over what an open room knows of its line, as soon as it knows it. Answers how to stop. */
  add(room: StoreApi<RoomView>): () => void
  /** Other people are blocked than before: what counts as a mention may have changed. */
  recount(): void
  /** The list says of this room what is true now; undefined: it is not in it any more. */
  told(room: string, line: RoomLine | undefined): void
  /** The line with what its room knows better. */
  over(line: RoomLine): RoomLine
}

export interface FollowDeps {
  blocked(): readonly string[]
  /** What was last said in a room, and the seq up to which that is no news here. */
  wrote(last: RoomLine['last'], room: string, after: number): void
  changed(): void
}

// A room's line follows from these; most changes of a room change none of them.
const counted = ['room', 'rows', 'members', 'older', 'head', 'unread', 'connection'] as const

export function createFollows({ blocked, wrote, changed }: FollowDeps): Follows {
  const news = new Map<string, News>()
  const counts = new Map<string, () => void>()

  return {
    add(room) {
      const { roomId } = room.getState()
      let heard: RoomView | null = null
      const count = () => {
        const known = newsOf(room.getState(), blocked())
        if (!known) return
        wrote(known.last, roomId, news.get(roomId)?.last?.seq ?? 0)
        news.set(roomId, known)
        changed()
      }
      const hear = (now: RoomView) => {
        const before = heard
        heard = now
        if (!before || counted.some((part) => before[part] !== now[part])) count()
      }
      counts.set(roomId, count)
      hear(room.getState())
      const stop = room.subscribe(hear)
      return () => {
        stop()
        counts.delete(roomId)
        const known = news.get(roomId)
        // Nobody tells this tab any more what becomes of the room: once the list has come as far, it is right.
        if (known) news.set(roomId, { ...known, name: null, live: false })
        changed()
      }
    },
    recount() {
      for (const count of counts.values()) count()
    },
    told(room, line) {
      const known = news.get(room)
      if (known && !counts.has(room) && (!line || caughtUp(line, known))) news.delete(room)
    },
    over: (line) => withNews(line, news.get(line.room)),
  }
}
