import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Page } from '../../protocol/api.ts'
import { held, madePage, planPage, type Bounds, type PagePlace } from '../../protocol/history.ts'
import type { Message } from '../../protocol/message.ts'

/** A room: which of its seqs are messages, from where the log has them, and where a member's history begins. */
interface Room {
  seqs: number[]
  head: number
  floor: number
  bottom: number
}

const rooms: fc.Arbitrary<Room> = fc
  .record({
    kinds: fc.array(fc.boolean(), { maxLength: 60 }),
    floor: fc.nat(62),
    bottom: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 62 })),
  })
  .map(({ kinds, floor, bottom }) => {
    const seqs = kinds.flatMap((message, i) => (message ? [i + 1] : []))
    return { seqs, head: kinds.length, floor: Math.max(1, Math.min(floor, kinds.length + 1)), bottom }
  })

/** The page as the room or Postgres would make it; both know where the history begins. */
function page({ seqs, head, floor, bottom }: Room, place: PagePlace, limit: number): Page {
  const bounds: Bounds = { bottom, head }
  const plan = planPage(place, limit, bounds)
  const from = held(plan, bounds, floor) ? floor : 1
  const readable = seqs.filter((seq) => seq >= Math.max(from, bottom))
  const message = (seq: number) => ({ seq }) as Message
  const below = readable.filter((seq) => seq < plan.edge)
  const above = readable.filter((seq) => seq >= plan.edge)
  const found = {
    below: plan.below === 0 ? [] : below.slice(-plan.below).map(message),
    above: above.slice(0, plan.above).map(message),
  }
  return madePage(plan, { ...found, floor: from, top: head, asOf: head }, bounds)
}

function seqsOf({ messages }: Page): number[] {
  return messages.map(({ seq }) => seq)
}

test('[HIS3] [AC-24] from around any message, pages follow each other in both directions without a gap or a repeat, until all is read', () => {
  fc.assert(
    fc.property(rooms, fc.nat(70), fc.integer({ min: 1, max: 9 }), (room, around, limit) => {
      const first = page(room, { around }, limit)
      const target = Math.max(room.bottom, Math.min(around, room.head))
      if (room.seqs.includes(target) && target >= room.bottom) expect(seqsOf(first)).toContain(target)

      let [low, high] = first.covers
      const read = seqsOf(first)
      for (let at = first; at.more;) {
        at = page(room, { before: low }, limit)
        expect(at.covers[1]).toBe(low - 1)
        expect(at.covers[0]).toBeLessThan(low)
        low = at.covers[0]
        read.unshift(...seqsOf(at))
      }
      for (let at = first; at.moreAfter;) {
        at = page(room, { after: high }, limit)
        expect(at.covers[0]).toBe(high + 1)
        expect(at.covers[1]).toBeGreaterThan(high)
        high = at.covers[1]
        read.push(...seqsOf(at))
      }
      expect(read).toEqual(room.seqs.filter((seq) => seq >= room.bottom))
    }),
    { numRuns: 3_000, seed: 24 },
  )
})

test('[HIS3] a page covers every seq between its messages, and no page is longer than was asked for', () => {
  fc.assert(
    fc.property(
      rooms,
      fc.constantFrom('before', 'after', 'around'),
      fc.nat(70),
      fc.integer({ min: 1, max: 9 }),
      (room, kind, seq, limit) => {
        const { covers, messages } = page(room, { [kind]: seq } as PagePlace, limit)
        expect(messages.length).toBeLessThanOrEqual(limit)
        const within = room.seqs.filter((one) => one >= covers[0] && one <= covers[1])
        expect(messages.map((message) => message.seq)).toEqual(within)
      },
    ),
    { numRuns: 2_000, seed: 3 },
  )
})
