import { describe, expect, test } from 'vitest'
import type { Queued, Unsent } from '../../web/sync/command.ts'
import { createOutbox } from '../../web/sync/outbox.ts'
import { roomId } from './sync-support/people.ts'

function unsent(order: number, command: Queued = post(order)): Unsent {
  return { id: `id ${order}`, room: roomId, order, at: order, command, failed: null }
}

function post(order: number): Queued {
  const place = { replyTo: null, thread: null }
  return { kind: 'post', text: `text ${order}`, ...place, mentions: [], forwarded: false }
}

function filled(count: number) {
  const outbox = createOutbox()
  for (let order = 1; order <= count; order++) outbox.add(unsent(order), 0)
  return outbox
}

const orders = (sent: Unsent[]) => sent.map(({ order }) => order)

describe('the outbox', () => {
  test('[OUT2] [AC-11] first in, first out, several in flight', () => {
    const outbox = filled(10)
    expect(orders(outbox.next(0))).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(orders(outbox.next(0))).toEqual([])
    outbox.settle('id 1', 1)
    expect(orders(outbox.next(1))).toEqual([9])
  })

  test('what an earlier tab left goes before what is written now', () => {
    const outbox = createOutbox()
    outbox.add(unsent(5), 0)
    outbox.add(unsent(2), 0)
    expect(orders(outbox.next(0))).toEqual([2, 5])
  })

  test('[OUT1] nothing leaves it but by being settled or given up', () => {
    const outbox = filled(2)
    outbox.next(0)
    outbox.rewind()
    expect(orders(outbox.next(0))).toEqual([1, 2])
    outbox.settle('id 1', 0)
    outbox.discard('id 2')
    expect(outbox.rows()).toEqual([])
  })

  test('no answer within 10 s: the same again; after 20 s more: another connection', () => {
    const outbox = filled(2)
    outbox.next(0)
    expect(outbox.overdue(9_999)).toBe('nothing')
    expect(outbox.overdue(10_000)).toBe('resend')
    expect(orders(outbox.next(10_000))).toEqual([1, 2])
    expect(outbox.dueAt()).toBe(30_000)
    expect(outbox.overdue(30_000)).toBe('reconnect')
  })

  test('every answer gives the rest another 10 s', () => {
    const outbox = filled(2)
    outbox.next(0)
    outbox.settle('id 1', 9_000)
    expect(outbox.dueAt()).toBe(19_000)
  })

  test('refused for now: nothing overtakes it, and it goes first when its time has come', () => {
    const outbox = filled(4)
    expect(orders(outbox.next(0))).toEqual([1, 2, 3, 4])
    outbox.hold('id 2', 500, 0)
    outbox.hold('id 3', 500, 0)
    expect(outbox.wait(0)).toBe(500)
    outbox.settle('id 1', 100)
    // The answer to 4 is still awaited: sending 2 now could put it behind.
    expect(orders(outbox.next(500))).toEqual([])
    outbox.hold('id 4', 600, 500)
    expect(orders(outbox.next(600))).toEqual([2])
    outbox.settle('id 2', 700)
    expect(orders(outbox.next(700))).toEqual([3, 4])
  })

  test('refused for good: a failed row, and the rest goes on', () => {
    const outbox = filled(2)
    outbox.next(0)
    outbox.fail('id 1', { reason: 'no_such_message', detail: 'There is no message 9.' }, 1)
    expect(outbox.rows().map(({ state, key }) => [state, key])).toEqual([
      ['failed', 'id 1'],
      ['pending', 'id 2'],
    ])
    expect(outbox.waiting()).toBe(1)
  })

  test('[AC-16] ten taps on retry make one message, under its own id', () => {
    const outbox = filled(1)
    outbox.next(0)
    outbox.fail('id 1', { reason: 'malformed', detail: '' }, 1)
    const taps = Array.from({ length: 10 }, () => outbox.retry('id 1', 2))
    expect(taps.filter((tap) => tap !== null)).toHaveLength(1)
    expect(outbox.next(2).map(({ id }) => id)).toEqual(['id 1'])
    expect(outbox.next(2)).toEqual([])
  })

  test('a long queue keeps the pace of the room instead of being refused', () => {
    const outbox = filled(60)
    let sent = 0
    let now = 0
    while (outbox.waiting() > 0 && now < 60_000) {
      const batch = outbox.next(now)
      sent += batch.length
      for (const { id } of batch) outbox.settle(id, now)
      if (batch.length === 0) now += outbox.wait(now) ?? 1
      expect(sent).toBeLessThanOrEqual(40 + now / 100)
    }
    expect(sent).toBe(60)
  })
})
