import * as z from 'zod/mini'
import { people } from '../access.ts'
import { endpoint } from '../endpoint.ts'
import { Uuid } from '../ids.ts'
import { TimeZone } from '../inbox.ts'
import { limits } from '../limits.ts'
import { Message } from '../message.ts'
import { pageQuery } from '../pages.ts'
import { Has } from '../search-query.ts'
import { Storable } from '../text.ts'

const time = z.coerce.number<string | number>().check(z.int(), z.minimum(0), z.maximum(8_640_000_000_000_000))

/** Part of a message as plain text, and where in it the words stand: from, to (not included), in UTF-16 units. */
export const Snippet = z.object({ text: z.string(), ranges: z.array(z.tuple([z.int(), z.int()])) })
export type Snippet = z.infer<typeof Snippet>

export const FoundMessage = z.object({
  room: Uuid,
  /** In a direct room the other person's; null when their account is gone. */
  roomName: z.nullable(z.string()),
  roomType: z.enum(['direct', 'group']),
  message: Message,
  /** The author's; null when the account is gone, or when there was none. */
  name: z.nullable(z.string()),
  snippet: Snippet,
  /** Someone wrote it whom the person blocks: a page folds it. */
  blocked: z.boolean(),
})
export type FoundMessage = z.infer<typeof FoundMessage>

/** What of the query could not be done, and where it stands in `q`: its UTF-16 units from, to. */
export const QueryProblem = z.object({
  kind: z.enum([
    'unknown_person',
    'unknown_room',
    'not_a_day',
    'unknown_kind',
    'too_many_words',
    'nothing_to_look_for',
  ]),
  at: z.tuple([z.int(), z.int()]),
})
export type QueryProblem = z.infer<typeof QueryProblem>

export const FoundMessages = z.object({
  items: z.array(FoundMessage),
  next: z.nullable(z.string()),
  problems: z.array(QueryProblem),
})
export type FoundMessages = z.infer<typeof FoundMessages>

export const searchMessages = endpoint({
  id: 'searchMessages',
  method: 'GET',
  path: '/search/messages',
  summary: 'Search the messages of one’s rooms',
  notes:
    'In `q`: words, all of which must stand in the message; `"phrases"`; `-excluded`; `begin*`; and `from:@username`, `from:me`, ' +
    '`from:"Name"`, `in:"room"`, `in:<id>`, `before:`, `after:` and `on:` a `2026-11-23` in `timeZone`, `has:` one of link, image, video, audio, ' +
    'file, reaction. What is no such operator is a word. The other parameters narrow further: `before` (not included) and ' +
    '`after` (included) in epoch milliseconds. Nothing that is deleted, lapsed or not the person’s to read is found.',
  auth: 'session',
  access: people,
  pace: 'costly',
  query: {
    q: z._default(Storable.check(z.maxLength(limits.searchText)), ''),
    room: z.optional(Uuid),
    from: z.optional(Uuid),
    before: z.optional(time),
    after: z.optional(time),
    has: z.optional(Has),
    sort: z._default(z.enum(['newest', 'ranked']), 'newest'),
    timeZone: z._default(TimeZone, 'UTC'),
    ...pageQuery(limits.searchPage, limits.searchPageMost),
  },
  answers: { 200: FoundMessages },
  problems: ['took_too_long'],
})
