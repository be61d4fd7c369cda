import { disturbance } from '../../../protocol/disturbance.ts'
import type { RoomLine } from '../../../protocol/inbox.ts'
import type { InboxView } from './types.ts'

/** What the notifications of a page follow. */
export type Told = Pick<InboxView, 'rooms' | 'state' | 'status' | 'settings'>

/** What becomes of the notifications: each room has one at most. */
export interface Notable {
  /** Rooms with news to tell of. */
  show: readonly RoomLine[]
  /** Rooms in which nothing is unread any more, here or on another device, or that are gone: their notification goes. */
  close: readonly string[]
}

/** Whom it is told to. `front`: the room that they have before them (null: none). `now`: the inbox's time. */
export interface Reader {
  me: string
  front: string | null
  now: number
}

/** What to tell of between two states of the inbox. Nothing that was there when the list was first known is news. */
export function notable(before: Told, after: Told, reader: Reader): Notable {
  if (before.state === 'unknown' || before.rooms === after.rooms) return { show: [], close: [] }
  const earlier = new Map(before.rooms.map((line) => [line.room, line]))
  const show: RoomLine[] = []
  const close: string[] = []
  for (const line of after.rooms) {
    const was = earlier.get(line.room)
    earlier.delete(line.room)
    if (was === line) continue
    if (line.unread === 0 && (was?.unread ?? 0) > 0) close.push(line.room)
    if (line.room !== reader.front && disturbs(was, line, after, reader)) show.push(line)
  }
  return { show, close: [...close, ...earlier.keys()] }
}

function disturbs(was: RoomLine | undefined, line: RoomLine, { settings, status }: Told, { me, now }: Reader): boolean {
  // What was only edited, or marked as unread, is no news; nor is what one wrote oneself on another device.
  if (line.last === null || line.last.seq <= (was?.head ?? 0) || line.last.by === me) return false
  const news = line.mentions > (was?.mentions ?? 0) ? 'mention' : 'message'
  return disturbance(line, news, { quietHours: settings?.quietHours ?? null }, status, now).what === 'push'
}
