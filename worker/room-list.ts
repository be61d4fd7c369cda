import * as z from 'zod/mini'
import type { RoomSummary } from '../protocol/api.ts'
import { Role } from '../protocol/downstream.ts'
import { limits } from '../protocol/limits.ts'
import { timeMs } from './rows.ts'
import { dataOf, type asPerson } from './supabase.ts'

type Client = ReturnType<typeof asPerson>

const RoomRow = z.object({
  id: z.string(),
  type: z.enum(['direct', 'group']),
  name: z.nullable(z.string()),
  direct_key: z.nullable(z.string()),
  member_count: z.int(),
  last_message_at: z.string(),
  room_participants: z.array(z.object({ role: Role })),
  messages: z.array(z.object({ seq: z.coerce.number(), sender_id: z.nullable(z.string()), content: z.string() })),
})
type RoomRow = z.infer<typeof RoomRow>

const Unread = z.object({ room_id: z.string(), unread: z.coerce.number() })
const Card = z.object({ id: z.string(), display_name: z.string() })

/** Characters of the newest message that the list shows. */
const previewLength = 200

/** The people whose names one call of get_user_cards gives. */
const cardsAtOnce = 200

/** The person's rooms, most recent first. */
export async function roomSummaries(client: Client, me: string): Promise<RoomSummary[]> {
  const [found, unread] = await Promise.all([
    roomRows(client, me).then((answer) => z.array(RoomRow).parse(dataOf(answer))),
    client
      .rpc('get_unread_counts')
      .retry(false)
      .then((answer) => z.array(Unread).parse(dataOf(answer))),
  ])
  const names = await namesOf(
    client,
    found.flatMap((row) => peopleOf(row, me)),
  )
  const counts = new Map(unread.map((count) => [count.room_id, count.unread]))
  return found.map((row) => summary(row, me, names, counts.get(row.id) ?? 0))
}

/** One of the person's rooms in which nobody has written yet; null: they are in no such room. */
export async function newRoomSummary(client: Client, me: string, room: string): Promise<RoomSummary | null> {
  const [row] = z.array(RoomRow).parse(dataOf(await roomRows(client, me).eq('id', room)))
  return row ? summary(row, me, new Map(), 0) : null
}

/** The rooms that row level security shows this person, each with their own role and its newest message. */
function roomRows(client: Client, person: string) {
  return client
    .from('rooms')
    .select(
      'id,type,name,direct_key,member_count,last_message_at,room_participants!inner(role),messages(seq,sender_id,content)',
    )
    .eq('room_participants.user_id', person)
    .is('room_participants.left_at', null)
    .neq('messages.type', 'system')
    .order('seq', { referencedTable: 'messages', ascending: false })
    .limit(1, { referencedTable: 'messages' })
    .order('last_message_at', { ascending: false })
    .limit(limits.list)
    .retry(false)
}

/** The people whose names a line of the list shows. */
function peopleOf(row: RoomRow, me: string): string[] {
  const people = [otherPerson(row, me), row.messages[0]?.sender_id]
  return people.filter((person): person is string => typeof person === 'string' && person !== me)
}

/** The other one in a direct room: its key is both ids. */
function otherPerson(row: RoomRow, me: string): string | null {
  return row.direct_key?.split(':').find((person) => person !== me) ?? null
}

async function namesOf(client: Client, people: string[]): Promise<Map<string, string>> {
  const ids = [...new Set(people)]
  const batches = Array.from({ length: Math.ceil(ids.length / cardsAtOnce) }, (_, i) =>
    ids.slice(i * cardsAtOnce, (i + 1) * cardsAtOnce),
  )
  const answers = await Promise.all(
    batches.map(async (batch) => dataOf(await client.rpc('get_user_cards', { p_user_ids: batch }).retry(false))),
  )
  const cards = answers.flatMap((answer) => z.array(Card).parse(answer))
  return new Map(cards.map((card) => [card.id, card.display_name]))
}

function summary(row: RoomRow, me: string, names: Map<string, string>, unread: number): RoomSummary {
  const other = otherPerson(row, me)
  const newest = row.messages[0]
  return {
    ...{ id: row.id, type: row.type, memberCount: row.member_count, unread },
    name: row.name ?? (other ? names.get(other) : undefined) ?? 'Deleted account',
    role: row.room_participants[0]?.role ?? 'member',
    lastMessageAt: timeMs(row.last_message_at),
    last: newest
      ? {
          seq: newest.seq,
          by: newest.sender_id,
          name: (newest.sender_id ? names.get(newest.sender_id) : undefined) ?? null,
          text: [...newest.content.slice(0, previewLength * 2)].slice(0, previewLength).join(''),
        }
      : null,
  }
}
