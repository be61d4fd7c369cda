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

/** A link of it that lets anyone in. */
async function linked(scene: Scene): Promise<{ meeting: string; id: string; code: string }> {
  const meeting = await planned(scene)
  const answer = await asOwner(scene, 'POST', `/meetings/${meeting}/links`, {})
  return { meeting, ...((await answer.json()) as { id: string; code: string }) }
}

const byLink: Asking = async (scene) => ({ params: { code: (await linked(scene)).code } })

/** An invitation to it of someone who is no member. */
async function invited(scene: Scene): Promise<{ meeting: string; invitation: string }> {
  const meeting = await planned(scene)
  const answer = await asOwner(scene, 'POST', `/meetings/${meeting}/invitations`, { people: [scene.stranger.id] })
  const { items } = (await answer.json()) as { items: { id: string }[] }
  return { meeting, invitation: items[0]!.id }
}

/** Meetings: making, finding, changing and cancelling them. */
export const meetings: Rows = {
  createMeeting: { ask: () => ({ body: { id: freshId(), title: 'Weaving' } }) },
  listMeetings: { ask: () => ({}) },
  getMeeting: { ask: ofMeeting },
  changeMeeting: { ask: async (scene, actor) => ({ ...(await ofMeeting(scene, actor)), body: { title: 'Looms' } }) },
  cancelMeeting: { fresh: true, ask: ofMeeting },
  getMeetingCalendar: { ask: ofMeeting },
  inviteToMeeting: {
    ask: async (scene, actor) => ({ ...(await ofMeeting(scene, actor)), body: { people: [scene.stranger.id] } }),
  },
  listInvitations: { ask: ofMeeting },
  withdrawInvitation: { ask: async (scene) => ({ params: { ...(await invited(scene)) } }) },
  // Nobody of them is invited.
  answerInvitation: {
    ask: async (scene, actor) => ({ ...(await ofMeeting(scene, actor)), body: { answer: 'accepted' } }),
  },
  // Nor is it by this link.
  answerMailedInvitation: {
    ask: async (scene, actor) => ({ ...(await byLink(scene, actor)), body: { answer: 'accepted' } }),
  },
  createMeetingLink: { ask: ofMeeting },
  listMeetingLinks: { ask: ofMeeting },
  revokeMeetingLink: {
    ask: async (scene) => {
      const { meeting, id } = await linked(scene)
      return { params: { meeting, link: id } }
    },
  },
  previewMeetingLink: { ask: byLink },
  enterByMeetingLink: { ask: async (scene, actor) => ({ ...(await byLink(scene, actor)), body: { name: 'Bob' } }) },
}
