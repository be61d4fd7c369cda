import { createClient } from '@supabase/supabase-js'
import { bindings } from './database.ts'

const parley = () =>
  createClient(bindings.SUPABASE_URL, bindings.SUPABASE_SERVICE_KEY, { auth: { persistSession: false } }).schema(
    'parley',
  )

/** The time of a link is over. */
export async function expireLink(link: string): Promise<void> {
  const answer = await parley()
    .from('join_links')
    .update({ expires_at: new Date(0).toISOString() })
    .eq('id', link)
  if (answer.error) throw new Error(answer.error.message)
}

/** What Postgres keeps of a room's links. */
export async function linkRows(room: string): Promise<unknown[]> {
  const answer = await parley().from('join_links').select().eq('room_id', room)
  if (answer.error) throw new Error(answer.error.message)
  return answer.data
}

/** How often someone guessed a room's passcode wrong. */
export async function passcodeAttempt(room: string, person: string): Promise<unknown> {
  const answer = await parley().from('passcode_attempts').select().eq('room_id', room).eq('person', person).single()
  if (answer.error) throw new Error(answer.error.message)
  return answer.data
}

/** What Postgres keeps of a meeting's links. */
export async function meetingLinkRows(meeting: string): Promise<unknown[]> {
  const answer = await parley().from('meeting_links').select().eq('meeting_id', meeting)
  if (answer.error) throw new Error(answer.error.message)
  return answer.data
}
