import { expect, test } from 'vitest'
import type { Bump } from '../../durable-objects/between.ts'
import { openInbox } from './support/device.ts'
import { inboxOf } from './support/objects.ts'
import { freshId, signUp } from './support/people.ts'

/** What a room says of itself to a member who has read everything. */
export function bumpOf(room: string, change: Partial<Bump> = {}): Bump {
  return {
    ...{ room, epoch: 1, n: 1, type: 'group', name: 'Analytical engines', other: null, role: 'member', memberCount: 2 },
    ...{ head: 2, delivered: 2, read: 2, unread: { from: null, version: 0 }, count: 0, mentions: 0 },
    ...{ last: null, lastAt: 1_000, news: null },
    ...change,
  }
}

test('[INB1] a device that says hello hears every line, and then each change as it comes', async () => {
  const ada = await signUp('Ada')
  const [first, second] = [freshId(), freshId()]
  await inboxOf(ada.id).bump(bumpOf(first))
  const device = await openInbox(ada)
  expect([...device.holding.lines.keys()]).toEqual([first])
  await inboxOf(ada.id).bump(bumpOf(second, { count: 3 }))
  expect((await device.line(second, () => true)).unread).toBe(3)
  await inboxOf(ada.id).gone(first, 1, 2)
  await device.take()
  expect([...device.holding.lines.keys()]).toEqual([second])
})
