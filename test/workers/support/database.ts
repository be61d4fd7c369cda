import { createClient } from '@supabase/supabase-js'
import { env } from 'cloudflare:workers'
import type { Env } from '../../../worker/env.ts'
import { messageColumns, messageOfRow } from '../../../worker/rows.ts'

/** The bindings that the configuration gives. */
export const bindings = env as unknown as Env

export const service = () =>
  createClient(bindings.SUPABASE_URL, bindings.SUPABASE_SERVICE_KEY, { auth: { persistSession: false } })

/** Makes the database unreachable or silent, lets it ask for patience or lose its answers, or opens it again. */
export async function gate(state: 'open' | 'shut' | 'hang' | 'busy' | 'slow' | 'lost'): Promise<void> {
  await fetch(`${bindings.SUPABASE_URL}/gate/${state}`, { method: 'PUT' })
}

/** What Postgres holds of a room, by seq. */
export async function recorded(room: string) {
  const answer = await service().from('messages').select(messageColumns).eq('room_id', room).order('seq')
  if (answer.error) throw new Error(answer.error.message)
  return answer.data.map((row) => messageOfRow(row, Date.now()))
}

/** How far the members of a room are, in Postgres. */
export async function marksRow(room: string, person: string): Promise<{ delivered: number; read: number }> {
  const columns = 'last_delivered_seq,last_read_seq'
  const answer = await service()
    .from('room_participants')
    .select(columns)
    .eq('room_id', room)
    .eq('user_id', person)
    .single()
  if (answer.error) throw new Error(answer.error.message)
  return { delivered: Number(answer.data.last_delivered_seq), read: Number(answer.data.last_read_seq) }
}

/** Another object claims the room, as when this one came back from an older copy of its storage. */
export async function takeEpoch(room: string): Promise<void> {
  const answer = await service().schema('parley').rpc('claim_epoch', { p_room_id: room })
  if (answer.error) throw new Error(answer.error.message)
}

/** The room is deleted behind the object's back. */
export async function removeRoom(room: string): Promise<void> {
  const answer = await service().from('rooms').delete().eq('id', room)
  if (answer.error) throw new Error(answer.error.message)
}

/** Someone is no longer a member, and the object has not heard of it. */
export async function leaveInPostgres(room: string, person: string): Promise<void> {
  const answer = await service()
    .from('room_participants')
    .update({ left_at: new Date().toISOString() })
    .eq('room_id', room)
    .eq('user_id', person)
  if (answer.error) throw new Error(answer.error.message)
}

/** Someone is a member, and the object has not heard of it. */
export async function joinInPostgres(room: string, person: string): Promise<void> {
  const answer = await service().from('room_participants').insert({ room_id: room, user_id: person })
  if (answer.error) throw new Error(answer.error.message)
}

/** Two people with a room of their own; `hidden`: they keep their reading to themselves; `opened`: who has opened it. */
export async function directRoom(
  one: string,
  other: string,
  hidden: boolean,
  opened: string[] = [one],
): Promise<string> {
  const people = [one, other].sort()
  const id = crypto.randomUUID()
  const room = { id, type: 'direct', direct_key: people.join(':'), created_by: one }
  const made = await service().from('rooms').insert(room)
  if (made.error) throw new Error(made.error.message)
  const now = new Date().toISOString()
  const members = people.map((user_id) => {
    return { room_id: id, user_id, receipts_hidden: hidden, accepted_at: opened.includes(user_id) ? now : null }
  })
  const joined = await service().from('room_participants').upsert(members)
  if (joined.error) throw new Error(joined.error.message)
  return id
}

/** From where on a member may read the room, as Postgres has it; the object reads it with its members. */
export async function setHistoryFrom(room: string, person: string, seq: number): Promise<void> {
  const rows = service().from('room_participants').update({ history_from_seq: seq })
  const answer = await rows.eq('room_id', room).eq('user_id', person)
  if (answer.error) throw new Error(answer.error.message)
}

/** What Postgres knows of one membership. */
export async function memberRow(room: string, person: string): Promise<Record<string, unknown>> {
  const answer = await service().from('room_participants').select().eq('room_id', room).eq('user_id', person).single()
  if (answer.error) throw new Error(answer.error.message)
  return answer.data
}

/** How someone is, as Postgres has it. */
export async function presenceRow(person: string): Promise<Record<string, unknown>> {
  const answer = await service().from('user_presence').select().eq('user_id', person).single()
  if (answer.error) throw new Error(answer.error.message)
  return answer.data
}

/** How someone is, as their inbox would tell Postgres. */
export async function keepPresence(person: string, show: string, online = true): Promise<void> {
  const answer = await service()
    .schema('parley')
    .rpc('keep_presence', {
      ...{ p_person: person, p_online: online, p_show: show, p_away: false, p_ttl_seconds: 120 },
      ...{ p_custom: { text: 'Typing', emoji: null, until: null }, p_last_seen_ms: Date.now() },
    })
  if (answer.error) throw new Error(answer.error.message)
}

/** Who may see when this person is here, written before their inbox knows them. */
export async function setPrivacy(person: string, lastSeen: 'everyone' | 'contacts' | 'nobody'): Promise<void> {
  const answer = await service().from('user_profiles').update({ privacy_last_seen: lastSeen }).eq('id', person)
  if (answer.error) throw new Error(answer.error.message)
}

/** Someone's profile, as Postgres has it. */
export async function profileRow(person: string): Promise<Record<string, unknown>> {
  const answer = await service().from('user_profiles').select().eq('id', person).single()
  if (answer.error) throw new Error(answer.error.message)
  return answer.data
}

/** Rooms of two in which the first person wrote so many messages, room by room. */
export async function manyRooms(
  author: string,
  reader: string,
  count: number,
  written: (place: number) => number,
): Promise<string[]> {
  const rooms = Array.from({ length: count }, () => crypto.randomUUID())
  const at = (place: number) => new Date(Date.UTC(2026, 0, 1) + place * 1_000).toISOString()
  const rows = rooms.map((id, place) => {
    const times = { created_at: at(place), last_message_at: at(place) }
    return { id, type: 'group', name: `Room ${place}`, created_by: author, last_seq: written(place), ...times }
  })
  const members = rooms.map((room_id) => ({ room_id, user_id: reader, role: 'member' }))
  const messages = rooms.flatMap((room_id, place) =>
    Array.from({ length: written(place) }, (_, i) => {
      const seq = i + 1
      const sent = { client_id: crypto.randomUUID(), created_at: at(place), sender_id: author }
      return { room_id, seq, rev: seq, content: `Message ${seq}`, ...sent }
    }),
  )
  await insert('rooms', rows)
  await insert('room_participants', members)
  await insert('messages', messages)
  return rooms
}

async function insert(table: string, rows: object[]): Promise<void> {
  for (let i = 0; i < rows.length; i += 2_000) {
    const answer = await service()
      .from(table)
      .insert(rows.slice(i, i + 2_000))
    if (answer.error) throw new Error(answer.error.message)
  }
}

/** Messages mention someone from now on, behind the room's back. */
export async function mention(room: string, seqs: number[], person: string): Promise<void> {
  const answer = await service()
    .from('messages')
    .update({ mentions: [person] })
    .eq('room_id', room)
    .in('seq', seqs)
  if (answer.error) throw new Error(answer.error.message)
}

/** A message is taken out of Postgres behind the room's back. */
export async function removeMessage(room: string, seq: number): Promise<void> {
  const answer = await service().from('messages').delete().eq('room_id', room).eq('seq', seq)
  if (answer.error) throw new Error(answer.error.message)
}
