import { uuidV8 } from '../../../protocol/ids.ts'
import { inRoom, type Asking, type Rows } from '../row.ts'
import { asOwner, freshId } from '../world.ts'

/** The call that is live in the room; the owner starts one where there is none. */
const inCall: Asking = async (scene) => {
  const { room } = scene
  const answer = await asOwner(scene, 'POST', `/rooms/${room}/calls`, { id: freshId(), media: 'audio' })
  const { call } = (await answer.json()) as { call: { id: string } }
  return { params: { room, call: call.id } }
}

/** What happens in a room: sockets, reading, calls, imports. */
export const talk: Rows = {
  openRoomSocket: inRoom,
  createRoomTicket: inRoom,
  markRead: { ask: ({ room, seq }) => ({ params: { room }, body: { seq } }) },
  markUnread: inRoom,
  getCall: inRoom,
  startCall: { ask: ({ room }) => ({ params: { room }, body: { id: freshId(), media: 'audio' } }) },
  leaveCall: { fresh: true, ask: inCall },
  answerCall: {
    fresh: true,
    ask: async (scene, actor) => ({ ...(await inCall(scene, actor)), body: { how: 'decline' } }),
  },
  importMessages: {
    ask: ({ room }) => ({
      params: { room },
      body: {
        messages: [
          {
            id: uuidV8(crypto.getRandomValues(new Uint8Array(16))),
            at: Date.now(),
            by: null,
            source: null,
            text: 'Hello',
          },
        ],
        append: true,
      },
    }),
  },
}
