import type { Asking, Rows } from '../row.ts'
import { asOwner, freshId, type Scene } from '../world.ts'

/** A meeting that the room's owner has planned. */
async function planned(scene: Scene): Promise<string> {
  const startsAt = Date.now() + 86_400_000
  const schedule = { startsAt, minutes: 30, timeZone: 'Europe/Berlin', repeats: null }
  const answer = await asOwner(scene, 'POST', '/meetings', { id: freshId(), room: scene.room, schedule })
  return ((await answer.json()) as { id: string }).id
}

const ofMeeting: Asking = async (scene) => ({ params: { meeting: await planned(scene) } })

/** Meetings: making, finding, changing and cancelling them. */
export const meetings: Rows = {
  createMeeting: { ask: () => ({ body: { id: freshId(), title: 'Weaving' } }) },
  listMeetings: { ask: () => ({}) },
  getMeeting: { ask: ofMeeting },
  changeMeeting: { ask: async (scene, actor) => ({ ...(await ofMeeting(scene, actor)), body: { title: 'Looms' } }) },
  cancelMeeting: { fresh: true, ask: ofMeeting },
}
