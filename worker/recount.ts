import * as z from 'zod/mini'
import type { UnreadCount } from '../protocol/api.ts'
import { limits } from '../protocol/limits.ts'
import { timeMs } from './rows.ts'
import { dataOf, type asPerson, type asService } from './supabase.ts'

type Client = ReturnType<typeof asPerson>

/** Rooms whose rows are read together. */
const roomsAtOnce = 40

const seq = z.coerce.number()
const Membership = z.object({ room: z.string(), historyFrom: seq, read: seq, unreadFrom: z.nullable(seq) })
type Membership = z.infer<typeof Membership>

const Row = z.object({
  ...{
    room_id: z.string(),
    seq,
    type: z.string(),
    sender_id: z.nullable(z.string()),
    mentions: z.nullable(z.array(z.string())),
  },
  ...{ deleted_at: z.nullable(z.string()), expires_at: z.nullable(z.string()) },
})

const Profile = z.object({ blocked_user_ids: z.nullable(z.array(z.string())) })

/**
 * Counts what is unread row by row, from the rows that the person may read: nothing here is shared with the function in
 * Postgres or with the rooms, so that a mistake in one of them shows. `rooms` null: all of the person's. What they marked as
 * unread is read with the service key: no person has a right to that column, which others could use as well.
 */
export async function recount(
  client: Client,
  service: ReturnType<typeof asService>,
  person: string,
  rooms: readonly string[] | null,
): Promise<Map<string, UnreadCount>> {
  const [memberships, profile] = await Promise.all([
    service.rpc('own_marks', { p_person: person }).retry(false),
    client.from('user_profiles').select('blocked_user_ids').eq('id', person).retry(false),
  ])
  const blocked = new Set(z.array(Profile).parse(dataOf(profile))[0]?.blocked_user_ids)
  const wanted = rooms && new Set(rooms)
  const mine = z
    .array(Membership)
    .parse(dataOf(memberships))
    .filter(({ room }) => wanted?.has(room) ?? true)
  const counts = new Map(mine.map(({ room }) => [room, { unread: 0, mentions: 0 }]))
  const now = Date.now()
  let left = mine.map((membership): Place => ({ room: membership.room, after: readTo(membership), before: null }))
  while (left.length > 0) {
    const page = left.slice(0, roomsAtOnce)
    const rows = await rowsOf(client, page)
    for (const { room_id: room, type, sender_id: by, mentions, deleted_at, expires_at } of rows) {
      const count = counts.get(room)!
      if (type === 'system' || by === person || deleted_at !== null) continue
      if ((expires_at !== null && timeMs(expires_at) <= now) || count.unread === limits.unreadCap) continue
      count.unread += 1
      const named = mentions?.some((each) => each === person || each === room) ?? false
      if (named && !(by !== null && blocked.has(by))) count.mentions += 1
    }
    // A full page ends within a room; those behind it were not reached.
    const last = rows.length < limits.list ? null : rows.at(-1)!
    const unfinished = last === null ? [] : page.filter(({ room }) => room >= last.room_id)
    const rest = unfinished.flatMap((place) => {
      if (place.room !== last!.room_id) return [place]
      return counts.get(place.room)!.unread === limits.unreadCap ? [] : [{ ...place, before: last!.seq }]
    })
    left = [...rest, ...left.slice(roomsAtOnce)]
  }
  return counts
}

/** How far the person has read, or just below what they marked as unread; nothing from before their time counts. */
function readTo({ historyFrom, read, unreadFrom }: Membership): number {
  return Math.max(historyFrom, unreadFrom === null ? read : Math.min(read, unreadFrom - 1))
}

/** A room and what is to be looked at there: above one seq, and below another (null: up to its end). */
interface Place {
  room: string
  after: number
  before: number | null
}

/** The rows of these rooms, room by room and the newest of each first: of more than the cap those count. As many as a page holds. */
async function rowsOf(client: Client, places: Place[]): Promise<z.infer<typeof Row>[]> {
  const between = ({ room, after, before }: Place) => {
    return `and(${[`room_id.eq.${room}`, `seq.gt.${after}`, ...(before === null ? [] : [`seq.lt.${before}`])].join(',')})`
  }
  const answer = await client
    .from('messages')
    .select('room_id,seq,type,sender_id,mentions,deleted_at,expires_at')
    .or(places.map(between).join(','))
    .order('room_id')
    .order('seq', { ascending: false })
    .limit(limits.list)
    .retry(false)
  return z.array(Row).parse(dataOf(answer))
}
