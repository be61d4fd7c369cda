import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Seqs } from '../../durable-objects/room/seqs.ts'
import { readTo, Unread, type Countable, type Reader } from '../../durable-objects/room/unread.ts'
import type { Posted } from '../../protocol/events.ts'
import { uuidV7 } from '../../protocol/ids.ts'
import { limits } from '../../protocol/limits.ts'
import { changed, emptied, expired, made, type MessageRow } from '../../protocol/row.ts'

const [room, ada, grace, linus] = ['room', 'ada', 'grace', 'linus'] as const
const people = [ada, grace, linus] as const

/** The messages of a room, one by one: what a plain count looks at, and what the spine would answer. */
class Messages {
  readonly rows = new Map<number, MessageRow>()
  readonly unread = new Unread(room, {
    before: (seq, limit) => this.countable((row) => row.seq < seq, limit),
    ofOthers: (person, after, before, limit) =>
      this.countable((row) => row.seq > after && row.seq < before && row.by !== person, limit),
  })

  put(row: MessageRow): boolean {
    this.rows.set(row.seq, row)
    return this.unread.put(row)
  }

  post(seq: number, by: string | null, change: Partial<MessageRow> = {}): void {
    this.put({ ...made(posted(seq, by)), ...change })
  }

  /** The formula, message by message. */
  count(reader: Reader, now: number): { count: number; mentions: number } {
    const counted = this.unreadOf(reader, now).slice(-limits.unreadCap)
    const mentions = counted.filter((row) => mentioned(row, reader)).length
    return { count: counted.length, mentions }
  }

  news(reader: Reader, after: number, now: number): string | null {
    const come = this.unreadOf(reader, now).filter(({ seq }) => seq > after)
    if (come.some((row) => mentioned(row, reader))) return 'mention'
    const told = come.filter(
      ({ by, metadata }) => !('import' in metadata) && (by === null || !reader.blocks.includes(by)),
    )
    return told.length > 0 ? 'message' : null
  }

  private unreadOf(reader: Reader, now: number): MessageRow[] {
    return [...this.rows.values()]
      .sort((one, other) => one.seq - other.seq)
      .filter(({ seq, by, type, deletedAt, expiresAt }) => {
        const over = deletedAt !== null || (expiresAt !== null && expiresAt <= now)
        return seq > readTo(reader) && by !== reader.person && type === 'text' && !over
      })
  }

  private countable(fits: (row: MessageRow) => boolean, limit: number): Countable[] {
    return [...this.rows.values()]
      .filter((row) => row.type === 'text' && row.deletedAt === null && fits(row))
      .sort((one, other) => other.seq - one.seq)
      .slice(0, limit)
      .map(({ seq, by, mentions, expiresAt, metadata }) => ({
        seq,
        by,
        mentions,
        expiresAt,
        imported: 'import' in metadata,
      }))
  }
}

function posted(seq: number, by: string | null): Posted {
  const id = uuidV7(seq, new Uint8Array(10))
  return { kind: 'posted', seq, at: seq, id, by, text: 'hello', replyTo: null, mentions: [], source: null, hash: '' }
}

function mentioned({ by, mentions }: MessageRow, { person, blocks }: Reader): boolean {
  return !(by !== null && blocks.includes(by)) && (mentions.includes(person) || mentions.includes(room))
}

function reader(person: string, change: Partial<Reader> = {}): Reader {
  return { person, read: 0, unread: { from: null, version: 0 }, historyFrom: 0, blocks: [], ...change }
}

describe('with a small cap, so that few messages meet every limit', () => {
  const numbers: { unreadCap: number } = limits
  const cap = limits.unreadCap
  beforeEach(() => {
    numbers.unreadCap = 4
  })
  afterEach(() => {
    numbers.unreadCap = cap
  })

  const author = fc.option(fc.constantFrom(...people), { freq: 8 })
  const mentions = fc.subarray([room, ...people])
  const back = fc.nat({ max: 30 })
  const step = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        ...{ do: fc.constant('post' as const), author, mentions, imported: fc.integer({ min: 0, max: 5 }) },
        lasts: fc.option(fc.nat({ max: 20 }), { freq: 1 }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('edit' as const), back, mentions }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('delete' as const), back }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('undelete' as const), back, mentions }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('expire' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('system' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('forget' as const) }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('read' as const), who: fc.constantFrom(...people), back }) },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('unread' as const),
        who: fc.constantFrom(...people),
        back: fc.option(back),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('block' as const), who: fc.constantFrom(...people), whom: author }),
    },
    { weight: 6, arbitrary: fc.record({ do: fc.constant('count' as const), who: fc.constantFrom(...people), back }) },
  )

  test('[UNR2] [AC-19] after any run of events everyone’s counts are those of the plain formula', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 150 }), (steps) => {
        const messages = new Messages()
        const readers = new Map<string, Reader>(people.map((person) => [person, reader(person)]))
        let head = 0
        const at = (back: number) => messages.rows.get(Math.max(1, head - back))
        for (const made of steps) {
          switch (made.do) {
            case 'post': {
              head += 1
              const expiresAt = made.lasts === null ? null : head + made.lasts
              const metadata = made.imported === 0 ? { import: { name: 'Ada', source: 'demo' as const } } : {}
              messages.post(head, made.author, { mentions: made.mentions, expiresAt, metadata })
              break
            }
            case 'system':
              head += 1
              messages.put({ ...at(0)!, ...{ seq: head, rev: head, type: 'system', by: null, mentions: [room] } })
              break
            case 'edit':
            case 'delete':
            case 'undelete': {
              const row = at(made.back)
              if (!row) break
              head += 1
              const about = { seq: head, at: head, id: row.id, by: row.by, hash: '', target: row.seq }
              const told = made.do === 'delete' ? [] : made.mentions
              const text = { text: 'other', mentions: told }
              if (made.do === 'edit') messages.put(changed(row, { ...about, kind: 'edited', ...text }))
              if (made.do === 'delete') messages.put(changed(row, { ...about, kind: 'deleted' }))
              const again = { ...text, metadata: {}, edits: [] }
              if (made.do === 'undelete') messages.put(changed(row, { ...about, kind: 'undeleted', ...again }))
              break
            }
            case 'expire':
              head += 1
              for (const row of messages.rows.values()) {
                messages.rows.set(row.seq, expired(row, { kind: 'expired', seq: head, at: head }))
              }
              messages.unread.lapse(head)
              break
            case 'forget':
              messages.unread.clear()
              break
            case 'read': {
              const who = readers.get(made.who)!
              readers.set(made.who, { ...who, read: Math.max(who.read, head - made.back) })
              break
            }
            case 'unread': {
              const from = made.back === null ? null : Math.max(1, head - made.back)
              readers.set(made.who, { ...readers.get(made.who)!, unread: { from, version: 1 } })
              break
            }
            case 'block':
              readers.set(made.who, { ...readers.get(made.who)!, blocks: made.whom === null ? [] : [made.whom] })
              break
            case 'count': {
              const who = readers.get(made.who)!
              expect(messages.unread.of(who, head)).toEqual(messages.count(who, head))
              const since = Math.max(0, head - (made.back % 3))
              expect(messages.unread.news(who, since, head)).toBe(messages.news(who, since, head))
            }
          }
        }
        for (const who of readers.values()) expect(messages.unread.of(who, head)).toEqual(messages.count(who, head))
      }),
      { seed: 20261123, numRuns: 2_000 },
    )
  })

  test('[UNR2] what is too old to be held is counted anew once some of it is deleted, or has lapsed', () => {
    const messages = new Messages()
    for (const seq of [1, 2, 3]) messages.post(seq, ada, { mentions: [grace], expiresAt: seq === 3 ? 100 : null })
    for (let seq = 4; seq <= 12; seq++) messages.post(seq, grace)
    const counts = [messages.unread.of(reader(grace), 0)]
    messages.put(emptied(messages.rows.get(2)!, 13, ada))
    counts.push(messages.unread.of(reader(grace), 99), messages.unread.of(reader(grace), 100))

    expect(counts).toEqual([3, 2, 1].map((count) => ({ count, mentions: count })))
  })

  test('[UNR2] of more than the cap the newest count, also for whom most of them are their own', () => {
    const messages = new Messages()
    for (let seq = 1; seq <= 40; seq++) messages.post(seq, seq % 8 === 0 ? grace : ada, { mentions: [ada] })

    expect(messages.unread.of(reader(ada), 0)).toEqual({ count: 4, mentions: 4 })
    expect(messages.unread.of(reader(grace), 0)).toEqual({ count: 4, mentions: 0 })
    expect(messages.unread.of(reader(ada, { read: 32 }), 0)).toEqual({ count: 1, mentions: 1 })
  })
})

test('[UNR2] [AC-19] deleting an unread message lowers the count, and never below nothing', () => {
  const messages = new Messages()
  messages.post(1, ada)
  messages.post(2, ada, { mentions: [grace] })
  expect(messages.unread.of(reader(grace), 0)).toEqual({ count: 2, mentions: 1 })

  for (const seq of [2, 2, 1]) messages.put(emptied(messages.rows.get(seq)!, 9, ada))

  expect(messages.unread.of(reader(grace), 0)).toEqual({ count: 0, mentions: 0 })
})

test('[UNR2] a thousand members who have read nothing are counted with a few looks at the spine', () => {
  const looks = { page: 0, person: 0 }
  const message = (seq: number): Countable => ({
    seq,
    by: `p${seq % 100}`,
    mentions: [],
    expiresAt: null,
    imported: false,
  })
  const unread = new Unread(room, {
    before: (seq, limit) => {
      looks.page += 1
      return Array.from({ length: limit }, (_, index) => message(Math.min(seq, 1_000_001) - 1 - index))
    },
    ofOthers: () => {
      looks.person += 1
      return []
    },
  })

  for (let round = 0; round < 3; round++) {
    for (let person = 0; person < 1_000; person++) {
      expect(unread.of(reader(`p${person}`), 0)).toEqual({ count: limits.unreadCap, mentions: 0 })
    }
    unread.put({ ...made(posted(1_000_001 + round, ada)), by: ada })
  }

  expect(looks).toEqual({ page: 4, person: 0 })
})

test('[UNR2] what is marked as unread counts from there on, and nothing from before one could read the room', () => {
  const messages = new Messages()
  for (const seq of [1, 2, 3, 4]) messages.post(seq, ada)

  const marked = reader(grace, { read: 4, unread: { from: 2, version: 1 } })

  expect(messages.unread.of(marked, 0).count).toBe(3)
  expect(messages.unread.of({ ...marked, historyFrom: 3 }, 0).count).toBe(1)
})

test('[UNR3] a mention of me or of everyone counts, but none from a person I block; they make no news either', () => {
  const messages = new Messages()
  messages.post(1, ada, { mentions: [grace] })
  messages.post(2, linus, { mentions: [room] })
  messages.post(3, linus)

  expect(messages.unread.of(reader(grace), 0)).toEqual({ count: 3, mentions: 2 })
  expect(messages.unread.of(reader(grace, { blocks: [linus] }), 0)).toEqual({ count: 3, mentions: 1 })
  expect(messages.unread.news(reader(grace), 1, 0)).toBe('mention')
  expect(messages.unread.news(reader(grace, { blocks: [linus] }), 1, 0)).toBe(null)
  expect(messages.unread.news(reader(grace), 2, 0)).toBe('message')
})

test('[UNR2] seqs are found by what comes after them, whatever order they came in', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat({ max: 30 })),
      fc.array(fc.nat({ max: 30 })),
      fc.nat({ max: 31 }),
      (add, remove, from) => {
        const seqs = new Seqs()
        for (const seq of add) seqs.add(seq)
        for (const seq of remove) seqs.remove(seq)

        const left = [...new Set(add)].filter((seq) => !remove.includes(seq)).sort((one, other) => other - one)
        expect([...seqs.downTo(-1)]).toEqual(left)
        expect(seqs.after(from)).toBe(left.filter((seq) => seq > from).length)
        expect(seqs.fromEnd(from)).toBe(left[from])
      },
    ),
    { seed: 3 },
  )
})
