import type { Bump } from '../../../durable-objects/between.ts'

/** An epoch after any that a room has claimed. */
export const later = 2 ** 50

/** What a room says of itself to a member: two messages, both unread. */
export function bumpOf(room: string, change: Partial<Bump> = {}): Bump {
  return {
    ...{ room, epoch: later, n: 1, type: 'group', name: 'Analytical engines', other: null, role: 'member' },
    ...{ memberCount: 2, head: 1_000, delivered: 0, read: 0, unread: { from: null, version: 0 } },
    ...{ count: 2, mentions: 0 },
    ...{ last: null, lastAt: 1_000, news: 'message' },
    ...change,
  }
}
