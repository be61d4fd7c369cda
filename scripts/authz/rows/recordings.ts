import type { Rows } from '../row.ts'
import { asOwner, freshId, type Scene } from '../world.ts'

/** A meeting that the room's owner has planned, and a recording of it. */
async function recorded(scene: Scene, status: 'active' | 'completed'): Promise<{ meeting: string; recording: string }> {
  const startsAt = Date.now() + 86_400_000
  const schedule = { startsAt, minutes: 30, timeZone: 'Europe/Berlin', repeats: null }
  const answer = await asOwner(scene, 'POST', '/meetings', { id: freshId(), room: scene.room, schedule })
  const { id: meeting } = (await answer.json()) as { id: string }
  const recording = freshId()
  await scene.sql`insert into public.meeting_recordings (id, meeting_id, livekit_egress_id, status, storage_path)
    values (${recording}, ${meeting}, ${`starting:${recording}`}, ${status}, ${`${meeting}/${recording}.mp4`})`
  return { meeting, recording }
}

/** Recordings. Where one runs, it is the answer to whoever may start one: nothing records here. */
export const recordings: Rows = {
  startRecording: {
    fresh: true,
    ask: async (scene) => {
      const { meeting } = await recorded(scene, 'active')
      await scene.sql`update public.meetings set status = 'live', started_at = now() where id = ${meeting}`
      return { params: { meeting } }
    },
  },
  stopRecording: { ask: async (scene) => ({ params: await recorded(scene, 'active') }) },
  listRecordings: { ask: async (scene) => ({ params: { meeting: (await recorded(scene, 'completed')).meeting } }) },
  playRecording: { ask: async (scene) => ({ params: await recorded(scene, 'completed') }) },
  deleteRecording: { ask: async (scene) => ({ params: await recorded(scene, 'completed') }) },
}
