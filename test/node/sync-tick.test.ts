import { describe, expect, test } from 'vitest'
import { tickOf } from '../../web/sync/tick.ts'
import { ada, grace, linus, member } from './sync-support/people.ts'

describe('the tick of an own message', () => {
  const me = member(ada, { delivered: 9, read: 9 })

  test.each([
    ['stored', { delivered: 4 }],
    ['delivered', { delivered: 5 }],
    ['read', { delivered: 5, read: 5 }],
  ] as const)('in a direct room it is %s by the other person', (tick, marks) => {
    expect(tickOf(5, ada, [me, member(grace, marks)])).toBe(tick)
  })

  test('[MRK2] in a group it is the minimum over the others', () => {
    const reader = member(grace, { delivered: 9, read: 9 })
    expect(tickOf(5, ada, [me, reader, member(linus)])).toBe('stored')
    expect(tickOf(5, ada, [me, reader, member(linus, { delivered: 5 })])).toBe('delivered')
    expect(tickOf(5, ada, [me, reader, member(linus, { delivered: 5, read: 6 })])).toBe('read')
  })

  test('alone in a room a message is stored and no more', () => {
    expect(tickOf(5, ada, [me])).toBe('stored')
  })
})
