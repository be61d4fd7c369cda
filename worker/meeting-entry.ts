import * as z from 'zod/mini'
import type { MeetingFacts } from '../durable-objects/between.ts'
import type { Env } from './env.ts'
import { asService, dataOf } from './supabase.ts'

const Entry = z.object({
  facts: z.nullable(z.custom<MeetingFacts>((value) => typeof value === 'object')),
  right: z.enum(['host', 'cohost', 'member', 'invited', 'stranger', 'none']),
})

/** What someone is to a meeting, without a link; facts null: to them there is none. Problem: database_away. */
export async function meetingEntry(env: Env, meeting: string, person: string): Promise<z.infer<typeof Entry>> {
  return Entry.parse(dataOf(await asService(env).rpc('meeting_entry', { p_meeting: meeting, p_person: person })))
}
