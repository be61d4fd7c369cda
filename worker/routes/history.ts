import { Hono } from 'hono'
import * as z from 'zod/mini'
import type { Page } from '../../protocol/api.ts'
import {
  listChanges,
  listMedia,
  listMessages,
  listPins,
  readMessage,
  readMessageInfo,
  Receipt,
} from '../../protocol/endpoints/messages.ts'
import { madeChanges, madePage, type PagePlace } from '../../protocol/history.ts'
import { Seq } from '../../protocol/ids.ts'
import { limits } from '../../protocol/limits.ts'
import type { Message } from '../../protocol/message.ts'
import { cursorOf, placeOf } from '../cursor.ts'
import type { App, Env } from '../env.ts'
import { roomObject } from '../objects.ts'
import { ProblemError } from '../problem.ts'
import { messageColumns, messageOfRow } from '../rows.ts'
import { serve } from '../serve.ts'
import type { Caller } from '../session.ts'
import { asPerson, asService, databaseAway, dataOf } from '../supabase.ts'
import type { Session } from '../token.ts'

type Client = ReturnType<typeof asPerson>

/** Messages in one page of changes. */
const changesAtOnce = 500

/** What was said in a room: from the room where its log reaches, which also has what Postgres does not have yet. */
export const history = new Hono<App>()

serve(history, listMessages, async ({ c, caller, params, query }) => {
  const { limit, ...place } = query
  return [200, await pageOf(c.env, caller, params.room, placeNamed(place), limit)]
})

serve(history, readMessage, async ({ c, caller, params }) => {
  const { message, asOf } = await oneMessage(c.env, caller, params.room, params.seq)
  return [200, { message, asOf }]
})

serve(history, readMessageInfo, async ({ c, session, params: { room, seq } }) => {
  const caller = { by: 'session', me: session.me, session } as const
  const { message } = await oneMessage(c.env, caller, room, seq)
  if (message.system || message.deleted) throw noSuchMessage()
  const [marks, kept] = await Promise.all([
    roomObject(c.env, room).receipts(session.me.person.id),
    asService(c.env).rpc('message_info', { p_room_id: room, p_seq: seq }),
  ])
  if (marks.outcome !== 'receipts') throw marks.outcome === 'away' ? databaseAway() : noSuchRoom()
  const come = new Map(marks.members.map(({ person, delivered, read }) => [person, { delivered, read }]))
  // A message that Postgres does not have yet is younger than everyone's membership.
  const receipts = Receipts.parse(dataOf(kept)).receipts ?? unknownYet(marks.members, message.by)
  return [
    200,
    {
      receipts: receipts.map((receipt) => {
        const { delivered, read } = come.get(receipt.person) ?? { delivered: 0, read: 0 }
        return {
          ...receipt,
          delivered: receipt.delivered || delivered >= seq,
          read: receipt.read || read >= seq,
        }
      }),
    },
  ]
})

serve(history, listChanges, async ({ c, session, params: { room }, query: { since, from, seq } }) => {
  const client = asPerson(c.env, session.token)
  const { asOf, bottom } = await windowOf(client, session, room)
  const lowest = Math.max(from, bottom)
  // What the client holds already: a window of a few thousand messages at most.
  const held = messagesOf(client, room).gte('seq', lowest).lte('seq', since).gt('rev', since)
  const [newer, older] = await Promise.all([
    messagesOf(client, room)
      .gte('seq', Math.max(since + 1, bottom))
      .order('seq')
      .limit(changesAtOnce),
    (seq === undefined ? held : held.or(`rev.gt.${since + 1},seq.gt.${seq}`))
      .order('rev')
      .order('seq')
      .limit(limits.list),
  ])
  const fresh = read(dataOf(newer))
  const touched = read(dataOf(older))
  const full = { touched: touched.length === limits.list, fresh: fresh.length === changesAtOnce }
  // For whoever cannot ask for the rest of an event, what it touched stays together, however much it is.
  if (full.touched && seq === undefined) {
    touched.push(...(await touchedBy(client, room, touched.at(-1)!, since)))
  }
  return [200, madeChanges({ since, seq }, { touched, fresh, asOf, full })]
})

serve(history, listPins, async ({ c, session, params: { room } }) => {
  const client = asPerson(c.env, session.token)
  const { asOf, bottom } = await windowOf(client, session, room)
  const found = await messagesOf(client, room)
    .not('pinned_at', 'is', null)
    .gte('seq', bottom)
    .order('pinned_at', { ascending: false })
    .limit(limits.pins)
  return [200, { messages: read(dataOf(found)), asOf }]
})

serve(history, listMedia, async ({ c, session, params: { room }, query: { kind, cursor, limit } }) => {
  const below = placeOf(cursor, z.object({ seq: Seq }))
  const client = asPerson(c.env, session.token)
  const { asOf, bottom } = await windowOf(client, session, room)
  const kinds = kind ? [kind] : ['image', 'video']
  const found = await messagesOf(client, room)
    .not('shared', 'is', null)
    .overlaps('shared', kinds)
    .is('deleted_at', null)
    .gte('seq', bottom)
    .lt('seq', below?.seq ?? Number.MAX_SAFE_INTEGER)
    .order('seq', { ascending: false })
    .limit(limit + 1)
  const messages = read(dataOf(found))
  const items = messages.slice(0, limit)
  const next = messages.length > limit ? cursorOf({ seq: items.at(-1)!.seq }) : null
  return [200, { items, next, asOf }]
})

const Receipts = z.object({ receipts: z.nullable(z.array(Receipt)) })

function unknownYet(members: { person: string; name: string }[], author: string | null): Receipt[] {
  return members
    .filter(({ person }) => person !== author)
    .map(({ person, name }) => {
      return { person, name, delivered: false, read: false, deliveredAt: null, readAt: null }
    })
}

/** Problem: invalid_request when more than one place is named. */
function placeNamed(named: Record<'before' | 'after' | 'around', number | undefined>): PagePlace {
  const { before, after, around } = named
  const places = [
    ...(before === undefined ? [] : [{ before }]),
    ...(after === undefined ? [] : [{ after }]),
    ...(around === undefined ? [] : [{ around }]),
  ]
  if (places.length > 1) throw new ProblemError('invalid_request', 'Name one of before, after and around.')
  return places[0] ?? null
}

/** Problems: not_found, database_away. */
async function pageOf(env: Env, caller: Caller, room: string, place: PagePlace, limit: number): Promise<Page> {
  const answer = await roomObject(env, room).page(caller.me.person.id, place, limit)
  switch (answer.outcome) {
    case 'page':
      // Over the way to an object a pair's type is lost.
      return answer.page as Page
    case 'not_a_member':
      throw noSuchRoom()
    case 'away':
      throw databaseAway()
    case 'elsewhere': {
      if (caller.by === 'grace') throw databaseAway()
      const { plan, bounds } = answer
      const client = asPerson(env, caller.session.token)
      const { asOf } = await windowOf(client, caller.session, room)
      const [below, above] = await Promise.all([
        plan.below === 0
          ? []
          : messagesOf(client, room)
              .lt('seq', plan.edge)
              .gte('seq', bounds.bottom)
              .order('seq', { ascending: false })
              .limit(plan.below)
              .then((found) => read(dataOf(found)).reverse()),
        plan.above === 0
          ? []
          : messagesOf(client, room)
              .gte('seq', plan.edge)
              .lte('seq', asOf)
              .order('seq')
              .limit(plan.above)
              .then((found) => read(dataOf(found))),
      ])
      return madePage(plan, { below, above, floor: 1, top: asOf, asOf }, bounds)
    }
  }
}

/** Problems: not_found, database_away. */
async function oneMessage(
  env: Env,
  caller: Caller,
  room: string,
  seq: number,
): Promise<{ message: Message; asOf: number }> {
  const { messages, asOf } = await pageOf(env, caller, room, { after: seq - 1 }, 1)
  const message = messages[0]
  if (message?.seq !== seq) throw noSuchMessage()
  return { message, asOf }
}

function messagesOf(client: Client, room: string) {
  return client.from('messages').select(messageColumns).eq('room_id', room).retry(false)
}

/** What the event that touched `last` touched above it too, up to a seq. */
async function touchedBy(client: Client, room: string, last: Message, to: number): Promise<Message[]> {
  const touched = [last]
  for (;;) {
    const found = await messagesOf(client, room)
      .eq('rev', last.rev)
      .gt('seq', touched.at(-1)!.seq)
      .lte('seq', to)
      .order('seq')
      .limit(limits.list)
    const page = read(dataOf(found))
    touched.push(...page)
    if (page.length < limits.list) return touched.slice(1)
  }
}

const seqOfRow = z.pipe(z.coerce.number(), Seq)
const WindowRow = z.object({
  last_seq: seqOfRow,
  room_participants: z.array(z.object({ history_from_seq: seqOfRow })),
})

/**
 * The last event that Postgres has, read before any rows: they are at least as new; and the lowest seq that the person
 * may read. Problem: not_found.
 */
async function windowOf(client: Client, session: Session, room: string): Promise<{ asOf: number; bottom: number }> {
  const rows = dataOf(
    await client
      .from('rooms')
      .select('last_seq,room_participants!inner(history_from_seq)')
      .eq('id', room)
      .eq('room_participants.user_id', session.me.person.id)
      .retry(false),
  )
  const row = z.array(WindowRow).parse(rows)[0]
  const from = row?.room_participants[0]
  if (!row || !from) throw noSuchRoom()
  return { asOf: row.last_seq, bottom: from.history_from_seq + 1 }
}

function read(rows: unknown[]): Message[] {
  const now = Date.now()
  return rows.map((row) => messageOfRow(row, now))
}

function noSuchRoom(): ProblemError {
  return new ProblemError('not_found', 'There is no such room, or you are not a member of it.')
}

function noSuchMessage(): ProblemError {
  return new ProblemError('not_found', 'There is no such message, or it is not yours to read.')
}
