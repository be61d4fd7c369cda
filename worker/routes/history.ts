import { Hono } from 'hono'
import * as z from 'zod/mini'
import type { ChangesPage, Page, Pins } from '../../protocol/api.ts'
import { Seq, Uuid } from '../../protocol/ids.ts'
import { limits } from '../../protocol/limits.ts'
import type { Message } from '../../protocol/message.ts'
import type { App } from '../env.ts'
import { ProblemError } from '../problem.ts'
import { readValue } from '../read.ts'
import { roomObject } from '../objects.ts'
import { messageColumns, messageOfRow } from '../rows.ts'
import { signedIn, signedInOrGrace } from '../session.ts'
import { asPerson, databaseAway, dataOf } from '../supabase.ts'

type Client = ReturnType<typeof asPerson>

const PageQuery = z.object({
  before: z.optional(z.coerce.number().check(z.int(), z.minimum(1))),
  limit: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(limits.page * 4)), limits.page),
})

const number = z.coerce.number().check(z.int(), z.minimum(0), z.maximum(Number.MAX_SAFE_INTEGER))
const ChangesQuery = z.object({ since: number, from: number })

/** Messages in one page of changes. */
const changesAtOnce = 500

/** What the database has of a room's messages, read as the person. */
export const history = new Hono<App>()
  /**
   * GET /rooms/:id/messages?before=SEQ&limit=N: a page of history. What the room's log holds comes from the room, which
   * also has what Postgres does not have yet; what is older comes from Postgres.
   */
  .get('/rooms/:id/messages', signedInOrGrace, async (c) => {
    const room = readValue(c.req.param('id'), Uuid)
    const { before, limit } = readValue(c.req.query(), PageQuery)
    const caller = c.get('caller')
    const answer = await roomObject(c.env, room).page(caller.me.person.id, before ?? null, limit)
    switch (answer.outcome) {
      case 'page':
        return c.json(answer.page)
      case 'not_a_member':
        throw noSuchRoom()
      case 'away':
        throw databaseAway()
      case 'elsewhere': {
        if (caller.by === 'grace') throw databaseAway()
        const client = asPerson(c.env, caller.session.token)
        const asOf = await lastSeq(client, room)
        const found = await messagesOf(client, room)
          .lt('seq', answer.before)
          .order('seq', { ascending: false })
          .limit(limit)
        const messages = read(dataOf(found)).reverse()
        const start = messages.length < limit ? 1 : messages[0]!.seq
        return c.json({ covers: [start, answer.before - 1], messages, more: start > 1, asOf } satisfies Page)
      }
    }
  })
  /** GET /rooms/:id/changes?since=SEQ&from=SEQ: what the room's log no longer holds, for a client that was away long. */
  .get('/rooms/:id/changes', signedIn, async (c) => {
    const room = readValue(c.req.param('id'), Uuid)
    const { since, from } = readValue(c.req.query(), ChangesQuery)
    const client = asPerson(c.env, c.get('session').token)
    const asOf = await lastSeq(client, room)
    const [newer, older] = await Promise.all([
      messagesOf(client, room).gt('seq', since).order('seq').limit(changesAtOnce),
      // What the client holds already: a window of a few thousand messages at most.
      messagesOf(client, room).gte('seq', from).lte('seq', since).gt('rev', since).order('rev').limit(limits.list),
    ])
    const fresh = read(dataOf(newer))
    const touched = read(dataOf(older))
    const full = touched.length === limits.list
    // What one event touched stays together, however much it is: the next page begins after it.
    if (full) touched.push(...(await touchedBy(client, room, touched.at(-1)!.rev, from, since)))
    // A message above the last fresh one has a higher rev than its seq, so up to that seq everything is told.
    const ends = [
      ...(fresh.length === changesAtOnce ? [fresh.at(-1)!.seq] : []),
      ...(full ? [touched.at(-1)!.rev] : []),
    ]
    const to = Math.max(since, Math.min(asOf, ...ends))
    const messages = [...touched, ...fresh].sort((a, b) => a.rev - b.rev)
    return c.json({ to, messages, more: ends.length > 0, asOf } satisfies ChangesPage)
  })
  /** GET /rooms/:id/pins: most recently pinned first. */
  .get('/rooms/:id/pins', signedIn, async (c) => {
    const room = readValue(c.req.param('id'), Uuid)
    const client = asPerson(c.env, c.get('session').token)
    const asOf = await lastSeq(client, room)
    const found = await messagesOf(client, room)
      .not('pinned_at', 'is', null)
      .order('pinned_at', { ascending: false })
      .limit(limits.pins)
    return c.json({ messages: read(dataOf(found)), asOf } satisfies Pins)
  })

function messagesOf(client: Client, room: string) {
  return client.from('messages').select(messageColumns).eq('room_id', room).retry(false)
}

/** What the event at `rev` touched of the messages from one seq to another. */
async function touchedBy(client: Client, room: string, rev: number, from: number, to: number): Promise<Message[]> {
  const touched: Message[] = []
  for (let start = from; ; start = touched.at(-1)!.seq + 1) {
    const found = await messagesOf(client, room)
      .eq('rev', rev)
      .gte('seq', start)
      .lte('seq', to)
      .order('seq')
      .limit(limits.list)
    const page = read(dataOf(found))
    touched.push(...page)
    if (page.length < limits.list) return touched
  }
}

/** The last event that Postgres has, read before any rows: they are at least as new. Problem: not_found. */
async function lastSeq(client: Client, room: string): Promise<number> {
  const rows = dataOf(await client.from('rooms').select('last_seq').eq('id', room).retry(false))
  const row = z.array(z.object({ last_seq: z.pipe(z.coerce.number(), Seq) })).parse(rows)[0]
  if (!row) throw noSuchRoom()
  return row.last_seq
}

function read(rows: unknown[]): Message[] {
  const now = Date.now()
  return rows.map((row) => messageOfRow(row, now))
}

function noSuchRoom(): ProblemError {
  return new ProblemError('not_found', 'There is no such room, or you are not a member of it.')
}
