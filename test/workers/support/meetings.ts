import { service } from './database.ts'
import { freshId, type Person } from './people.ts'

/** A meeting that someone has begun in a room, as Postgres has it. */
export async function meetingIn(room: string, by: Person, more: Record<string, unknown> = {}): Promise<string> {
  const id = freshId()
  const asked = { id, room, media: 'video', ...more }
  const answer = await service().schema('parley').rpc('create_meeting', { p_person: by.id, p_asked: asked })
  if (answer.error || answer.data.outcome !== 'created') throw new Error(JSON.stringify(answer))
  return id
}
