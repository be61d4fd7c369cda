import { limits } from '../../../protocol/limits.ts'
import { may } from '../../../protocol/permissions.ts'
import { whyNotWriting, type Writing } from './standing.ts'
import type { Member, Message } from '../../sync/wire.ts'

/** What can be done with a message. */
export type Doing =
  | 'react'
  | 'reply'
  | 'thread'
  | 'edit'
  | 'pin'
  | 'unpin'
  | 'forward'
  | 'copy'
  | 'link'
  | 'unread'
  | 'info'
  | 'delete'
  | 'undelete'

/** One of them, and why it cannot be done now; null: it can. */
export interface Offer {
  doing: Doing
  why: string | null
}

/** What stands around a message when it is asked about. `now` is the room's clock. */
export interface Moment {
  writes: Writing
  live: boolean
  now: number
}

/** What I may do with this message. What my role never allows is left out; what only waits is there with its reason. */
export function offers(message: Message, mine: Member, { writes, live, now }: Moment): Offer[] {
  if (message.system !== null) return []
  const own = message.by === mine.person && message.source === null
  const silent = writes.state === 'silenced' ? whyNotWriting(writes) : null
  // It is not kept for later: offline nothing new comes that it could be about.
  const offline = live ? null : 'Only while you are connected.'
  const words = message.text !== ''
  const offered = (doing: Doing, when: boolean, why: string | null = null): Offer[] => (when ? [{ doing, why }] : [])
  if (message.deleted) {
    const { at, by } = message.deleted
    const fresh = own && by === mine.person && now - at < limits.undeleteMs
    return [...offered('undelete', fresh, silent), ...offered('unread', true, offline)]
  }
  return [
    ...offered('react', may(mine.role, 'react'), silent),
    ...offered('reply', true, whyNotWriting(writes)),
    ...offered('thread', true, whyNotWriting(writes)),
    ...offered('edit', own && words, whyNotWriting(writes)),
    ...offered('copy', words),
    ...offered('link', true),
    ...offered('forward', words),
    ...offered(message.pinnedAt === undefined ? 'pin' : 'unpin', may(mine.role, 'pin'), silent),
    ...offered('unread', true, offline),
    ...offered('info', true),
    ...offered('delete', own || may(mine.role, 'delete_others'), silent),
  ]
}

/** Whether this can be done with the message now. */
export function canDo(all: readonly Offer[], doing: Doing): boolean {
  return all.some((offer) => offer.doing === doing && offer.why === null)
}
