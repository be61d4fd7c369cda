import { may, type Act } from '../../../protocol/permissions.ts'
import { isDeserted, otherOf } from './people.ts'
import type { RoomClient, Row, RoomView } from '../../sync/types.ts'
import type { Member } from '../../sync/wire.ts'

/** Silenced until then is silenced until somebody lifts it: nobody waits for the year 2100. */
const forGood = Date.UTC(2100, 0, 1)
/** The end of a silence that has none. */
export const untilLifted = Date.UTC(9999, 11, 31)

/** Whether I may write now, and until when not. Times are of the room's clock. */
export type Writing =
  | { state: 'open' }
  | { state: 'announcement' }
  /** Null: until it is lifted. */
  | { state: 'silenced'; until: number | null }
  | { state: 'slow'; until: number }
  /** I blocked the other one of a conversation of two. */
  | { state: 'blocked' }
  /** The other one of a conversation of two deleted their account. */
  | { state: 'deserted' }

/** Why what the room does at once, or not at all, cannot be asked for now. */
export const away = 'There is no connection to the room now. Try again when it is back.'

/** Whether the room can be asked now. */
export function isLive({ view }: Pick<RoomClient, 'view'>): boolean {
  return view.getState().connection.state === 'live'
}

type Seen = Pick<RoomView, 'room' | 'members' | 'me' | 'rows'>

/** Me among the members. */
export function myself({ members, me }: Pick<RoomView, 'members' | 'me'>): Member | null {
  return members.find((member) => member.person === me) ?? null
}

/** Whether my role allows something here. */
export function iMay(view: Pick<RoomView, 'members' | 'me'>, act: Act): boolean {
  const mine = myself(view)
  return mine !== null && may(mine.role, act)
}

/** Whether I may write, as the room itself decides. `now` is the room's clock, `blocked` whom I blocked. */
export function writing(view: Seen, now: number, blocked: readonly string[]): Writing {
  if (isDeserted(view)) return { state: 'deserted' }
  const other = otherOf(view)
  if (other !== null && blocked.includes(other)) return { state: 'blocked' }
  const mine = myself(view)
  if (mine === null || view.room === null) return { state: 'open' }
  const { silencedUntil = 0 } = mine
  if (silencedUntil > now) return { state: 'silenced', until: silencedUntil >= forGood ? null : silencedUntil }
  if (view.room.postPolicy === 'admins' && !may(mine.role, 'announce')) return { state: 'announcement' }
  const pauseMs = view.room.slowModeSeconds * 1_000
  if (pauseMs === 0 || may(mine.role, 'delete_others')) return { state: 'open' }
  const until = lastPosted(view) + pauseMs
  // A clock that is wrong must not silence anyone for longer than the pause.
  return until > now && until - now <= pauseMs ? { state: 'slow', until } : { state: 'open' }
}

/** Why I may not write, in a sentence; null when I may, now or in a moment. */
export function whyNotWriting(now: Writing): string | null {
  switch (now.state) {
    case 'open':
    case 'slow':
      return null
    case 'announcement':
      return 'Only admins write in this room.'
    case 'silenced':
      return 'A moderator has silenced you here.'
    case 'blocked':
      return 'You blocked the other one. Unblock them to write.'
    case 'deserted':
      return 'This account was deleted.'
  }
}

function lastPosted({ rows, me }: Pick<RoomView, 'rows' | 'me'>): number {
  for (let index = rows.length - 1; index >= 0; index--) {
    const at = postedAt(rows[index]!, me)
    if (at !== null) return at
  }
  return -Infinity
}

function postedAt(row: Row, me: string): number | null {
  switch (row.state) {
    case 'confirmed':
      return row.message.by === me && row.message.system === null ? row.message.at : null
    case 'pending':
      return row.at
    case 'failed':
    case 'gap':
      return null
  }
}
