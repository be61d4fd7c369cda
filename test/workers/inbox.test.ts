import { expect, test } from 'vitest'
import type { Bump } from '../../durable-objects/between.ts'
import { openInbox } from './support/device.ts'
import { inboxOf } from './support/objects.ts'
import { freshId, roomOf, signUpAfresh } from './support/people.ts'

/** An epoch after any that a room has claimed. */
const later = 2 ** 50

/** What a room says of itself to a member: two messages, both unread. */
function bumpOf(room: string, change: Partial<Bump> = {}): Bump {
  return {
    ...{
      room,
      epoch: later,
      n: 1,
      type: 'group',
      name: 'Analytical engines',
      other: null,
      role: 'member',
      memberCount: 2,
    },
    ...{ head: 1_000, delivered: 0, read: 0, unread: { from: null, version: 0 }, count: 2, mentions: 0 },
    ...{ last: null, lastAt: 1_000, news: 'message' },
    ...change,
  }
}

test('[INB1] a device that says hello hears every line, and then each change as it comes', async () => {
  const [ada, grace] = [await signUpAfresh('Ada'), await signUpAfresh('Grace')]
  const room = await roomOf(grace, ada)
  const device = await openInbox(ada)
  expect([...device.holding.lines.values()]).toMatchObject([
    { room, type: 'group', name: 'Analytical engines', other: null, role: 'member', memberCount: 2, unread: 0 },
  ])
  const second = freshId()
  await inboxOf(ada.id).bump(bumpOf(second, { count: 3 }))
  expect((await device.line(second, () => true)).unread).toBe(3)
  await inboxOf(ada.id).gone(room, later, 1)
  await device.take()
  expect([...device.holding.lines.keys()]).toEqual([second])
})
