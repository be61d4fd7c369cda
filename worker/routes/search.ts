import { Hono } from 'hono'
import * as z from 'zod/mini'
import type { MessageRow } from '../../protocol/row.ts'
import { FoundPerson, FoundRoom, searchPeople, searchRooms } from '../../protocol/endpoints/people.ts'
import { searchMessages, type FoundMessage, type QueryProblem } from '../../protocol/endpoints/search.ts'
import { Uuid } from '../../protocol/ids.ts'
import { limits } from '../../protocol/limits.ts'
import { messageOf } from '../../protocol/message.ts'
import { parseSearch, type SearchQuery } from '../../protocol/search-query.ts'
import { snippetOf } from '../../protocol/search-snippet.ts'
import { cursorOf, placeOf } from '../cursor.ts'
import type { App } from '../env.ts'
import { serve } from '../serve.ts'
import { asService, dataWithin } from '../supabase.ts'

/** Search over what is one's own to read. Postgres is told who asks, from the session, and compares the rooms itself. */
export const search = new Hono<App>()

/** A result's place in the order of its search; `at` in microseconds. */
const Place = z.object({ at: z.int(), room: Uuid, seq: z.int(), rank: z.number().check(z.refine(isReal)) })

const Found = z.object({
  items: z.array(
    z.object({
      room: Uuid,
      roomName: z.nullable(z.string()),
      roomType: z.enum(['direct', 'group']),
      /** As protocol/row.ts has it: our own function made it. */
      message: z.custom<MessageRow>(),
      name: z.nullable(z.string()),
      blocked: z.boolean(),
    }),
  ),
  next: z.nullable(Place),
  unknown: z.array(z.int()),
  empty: z.boolean(),
})

serve(search, searchMessages, async ({ c, session, query }) => {
  const { q, cursor, limit, ...narrowed } = query
  const read = parseSearch(q)
  const { terms, filters } = read
  if (terms.length + filters.length === 0 && !narrows(narrowed)) {
    return [
      200,
      { items: [] as FoundMessage[], next: null, problems: problemsOf(q, read, { unknown: [], empty: true }) },
    ]
  }
  const ask = { terms, filters, ...narrowed, limit, cursor: placeOf(cursor, Place) }
  const found = Found.parse(
    await dataWithin(limits.searchMs, (signal) =>
      asService(c.env)
        .rpc('search_messages', { p_person: session.me.person.id, p_ask: JSON.parse(JSON.stringify(ask)) })
        .abortSignal(signal)
        .retry(false),
    ),
  )
  const items = found.items.map(({ message, ...item }): FoundMessage => {
    return { ...item, message: messageOf(message), snippet: snippetOf(message.text, terms) }
  })
  const next = found.next && cursorOf(found.next)
  return [200, { items, next, problems: problemsOf(q, read, found) }]
})

serve(search, searchPeople, async ({ c, session, query: { q, cursor, limit } }) => {
  const found = await dataWithin(limits.searchMs, (signal) =>
    asService(c.env)
      .rpc('search_people', {
        ...{ p_person: session.me.person.id, p_text: q, p_limit: limit },
        p_cursor: placeOf(cursor, NamePlace),
      })
      .abortSignal(signal)
      .retry(false),
  )
  const { items, next } = z.object({ items: z.array(FoundPerson), next: z.nullable(NamePlace) }).parse(found)
  return [200, { items, next: next && cursorOf(next) }]
})

serve(search, searchRooms, async ({ c, session, query: { q, cursor, limit } }) => {
  const found = await dataWithin(limits.searchMs, (signal) =>
    asService(c.env)
      .rpc('search_rooms', {
        ...{ p_person: session.me.person.id, p_text: q, p_limit: limit },
        p_cursor: placeOf(cursor, NamePlace),
      })
      .abortSignal(signal)
      .retry(false),
  )
  const { items, next } = z.object({ items: z.array(FoundRoom), next: z.nullable(NamePlace) }).parse(found)
  return [200, { items, next: next && cursorOf(next) }]
})

const NamePlace = z.object({ tier: z.int32(), name: z.string(), id: Uuid })

/** Whether Postgres has this number among its `real` ones. */
function isReal(value: number): boolean {
  const real = Math.fround(value)
  return Number.isFinite(real) && (real !== 0 || value === 0)
}

function narrows({ room, from, before, after, has }: Record<string, unknown>): boolean {
  return [room, from, before, after, has].some((given) => given !== undefined)
}

function problemsOf(
  q: string,
  read: SearchQuery,
  { unknown, empty }: Pick<z.infer<typeof Found>, 'unknown' | 'empty'>,
): QueryProblem[] {
  const named = unknown.map((place): QueryProblem => {
    const { kind, at } = read.filters[place]!
    return { kind: kind === 'from' ? 'unknown_person' : 'unknown_room', at: [...at] }
  })
  const own = read.problems.map(({ kind, at }): QueryProblem => ({ kind, at: [...at] }))
  return [...own, ...named, ...(empty ? [nothingToLookFor(q)] : [])]
}

function nothingToLookFor(q: string): QueryProblem {
  return { kind: 'nothing_to_look_for', at: [0, q.length] }
}
