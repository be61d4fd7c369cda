import * as z from 'zod/mini'
import type { UnreadCount } from '../protocol/api.ts'
import { limits } from '../protocol/limits.ts'
import { timeMs } from './rows.ts'
import { dataOf, type asPerson } from './supabase.ts'

type Client = ReturnType<typeof asPerson>

/** Rooms that are counted at the same time. */
const atOnce = 8

const seq = z.coerce.number()
const Membership = z.object({
  ...{ room_id: z.string(), history_from_seq: seq, last_read_seq: seq, unread_from_seq: z.nullable(seq) },
})
type Membership = z.infer<typeof Membership>

const Row = z.object({
  ...{ seq, type: z.string(), sender_id: z.nullable(z.string()), mentions: z.nullable(z.array(z.string())) },
  ...{ deleted_at: z.nullable(z.string()), expires_at: z.nullable(z.string()) },
})

const Profile = z.object({ blocked_user_ids: z.nullable(z.array(z.string())) })

/**
 * Counts what is unread row by row, from the rows that the person may read: nothing here is shared with the function in
 * Postgres or with the rooms, so that a mistake in one of them shows. `rooms` null: all of the person's.
 */
export async function recount(
  client: Client,
  person: string,
  rooms: readonly string[] | null,
): Promise<Map<string, UnreadCount>> {
  const columns = 'room_id,history_from_seq,last_read_seq,unread_from_seq'
  const mine = client.from('room_participants').select(columns).eq('user_id', person).is('left_at', null)
  const [memberships, profile] = await Promise.all([
    mine.order('room_id').limit(limits.list).retry(false),
    client.from('user_profiles').select('blocked_user_ids').eq('id', person).retry(false),
  ])
  const blocked = new Set(z.array(Profile).parse(dataOf(profile))[0]?.blocked_user_ids)
  const wanted = rooms && new Set(rooms)
  const left = z
    .array(Membership)
    .parse(dataOf(memberships))
    .filter(({ room_id }) => wanted?.has(room_id) ?? true)
  const counts = new Map<string, UnreadCount>()
  const worker = async () => {
    for (let one = left.shift(); one; one = left.shift())
      counts.set(one.room_id, await recountRoom(client, person, one, blocked))
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return counts
}

async function recountRoom(
  client: Client,
  person: string,
  { room_id: room, history_from_seq, last_read_seq, unread_from_seq }: Membership,
  blocked: ReadonlySet<string>,
): Promise<UnreadCount> {
  const count = { unread: 0, mentions: 0 }
  const now = Date.now()
  const readTo = Math.min(last_read_seq, unread_from_seq === null ? last_read_seq : unread_from_seq - 1)
  for (let after = Math.max(history_from_seq, readTo); ;) {
    const answer = await client
      .from('messages')
      .select('seq,type,sender_id,mentions,deleted_at,expires_at')
      .eq('room_id', room)
      .gt('seq', after)
      .order('seq')
      .limit(limits.list)
      .retry(false)
    const page = z.array(Row).parse(dataOf(answer))
    for (const { type, sender_id: by, mentions, deleted_at, expires_at } of page) {
      if (type === 'system' || by === person || deleted_at !== null) continue
      if (expires_at !== null && timeMs(expires_at) <= now) continue
      count.unread += 1
      const named = mentions?.some((each) => each === person || each === room) ?? false
      if (named && !(by !== null && blocked.has(by))) count.mentions += 1
      if (count.unread === limits.unreadCap) return count
    }
    if (page.length < limits.list) return count
    after = page.at(-1)!.seq
  }
}
