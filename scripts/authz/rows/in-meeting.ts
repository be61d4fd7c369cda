import type { Actor } from '../../../protocol/access.ts'
import type { Ask, Asking, Rows } from '../row.ts'
import { asOwner, freshId, type Scene } from '../world.ts'

const begun = new WeakMap<Scene, Promise<string>>()

/** The scene's meeting, which the room's owner has begun, and is in. */
async function live(scene: Scene): Promise<string> {
  const meeting = begun.get(scene) ?? begin(scene)
  begun.set(scene, meeting)
  return await meeting
}

async function begin(scene: Scene): Promise<string> {
  const asked = { id: freshId(), room: scene.room, lobby: 'nobody' }
  const { id } = (await (await asOwner(scene, 'POST', '/meetings', asked)).json()) as { id: string }
  await asOwner(scene, 'POST', `/meetings/${id}/enter`)
  return id
}

/** Whoever may come to it has: members by the room, a guest by a link. */
const come: Asking = async (scene, actor) => {
  const meeting = await live(scene)
  return { params: { meeting }, ...(await came(scene, actor, meeting)) }
}

async function came(scene: Scene, actor: Actor, meeting: string): Promise<Pick<Ask, 'cookie'>> {
  const { system, cast } = scene
  switch (actor) {
    case 'anonymous':
    case 'operator':
    case 'outsider':
    case 'banned':
      return {}
    case 'guest':
      return { cookie: await guestOf(scene, meeting) }
    case 'member':
    case 'moderator':
    case 'admin':
    case 'owner': {
      const headers = { authorization: `Bearer ${cast[actor].token}` }
      const entered = await fetch(`${system.pageUrl}/api/v1/meetings/${meeting}/enter`, { method: 'POST', headers })
      if (!entered.ok) throw new Error(`${actor} could not enter: ${entered.status} ${await entered.text()}`)
      return {}
    }
  }
}

async function guestOf(scene: Scene, meeting: string): Promise<string> {
  const { pageUrl } = scene.system
  const { code } = (await (await asOwner(scene, 'POST', `/meetings/${meeting}/links`)).json()) as { code: string }
  const answer = await fetch(`${pageUrl}/api/v1/meeting-links/${code}/enter`, {
    method: 'POST',
    headers: { origin: pageUrl, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Guest' }),
  })
  if (!answer.ok) throw new Error(`no guest: ${answer.status} ${await answer.text()}`)
  return answer.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
}

/** Being in a meeting, and running it. */
export const inMeeting: Rows = {
  enterMeeting: { ask: async (scene) => ({ params: { meeting: await live(scene) } }) },
  openMeetingSocket: { ask: come },
  openMeetingChat: { ask: come },
  // Nothing carries sound in this system: whoever may have a token hears that.
  createMediaToken: { ask: come, served: 'media_away' },
  raiseHand: { ask: async (scene, actor) => ({ ...(await come(scene, actor)), body: { up: true } }) },
  leaveMeeting: { ask: come },
  actInMeeting: { ask: async (scene, actor) => ({ ...(await come(scene, actor)), body: { act: 'lock', on: false } }) },
  receiveMediaNews: { ask: () => ({}) },
}
