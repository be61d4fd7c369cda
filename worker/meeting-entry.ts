import type { MeetingFacts, Right } from '../durable-objects/between.ts'
import { DatabaseAway, ServiceFunctions } from '../durable-objects/service-functions.ts'
import type { Env } from './env.ts'
import { databaseAway } from './supabase.ts'

/** What Postgres says of someone who comes to a meeting; facts null: to them there is no such meeting. */
export interface MeetingEntry {
  facts: MeetingFacts | null
  right: Right | 'none'
}

/** Asks who someone is to a meeting, without a link. Problem: database_away. */
export async function meetingEntry(env: Env, meeting: string, person: string): Promise<MeetingEntry> {
  try {
    const asked = { p_meeting: meeting, p_person: person }
    return (await new ServiceFunctions(env).call('parley', 'meeting_entry', asked)) as MeetingEntry
  } catch (error) {
    if (error instanceof DatabaseAway) throw databaseAway()
    throw error
  }
}
