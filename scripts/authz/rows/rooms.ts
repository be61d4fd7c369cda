import { admins, moderators } from '../../../protocol/access.ts'
import { inRoom, ofOneself, type Ask, type Rows } from '../row.ts'
import { freshId, type Scene } from '../world.ts'

/** A change of members by someone who is one, or is not. */
const change = ({ room }: Scene, ...changes: object[]): Ask => {
  return { params: { room }, body: { command: freshId(), changes } }
}

/** Rooms themselves: their members, and the ways into them. */
export const rooms: Rows = {
  listRooms: ofOneself,
  createRoom: { ask: () => ({ body: { id: freshId(), name: 'Looms' } }) },
  openDirect: { ask: ({ stranger }) => ({ body: { person: stranger.id } }) },
  getRoom: inRoom,
  changeRoom: { ask: ({ room }) => ({ params: { room }, body: { command: freshId(), name: 'Looms' } }) },
  deleteRoom: { ...inRoom, fresh: true },
  handOverRoom: {
    ask: ({ room, subject }) => ({ params: { room }, body: { command: freshId(), to: subject.id } }),
    fresh: true,
  },
  listRoomAudit: inRoom,
  listMembers: inRoom,
  changeMembers: {
    // An owner who leaves is refused as a person, not as a request.
    ask: (scene, actor) => {
      const { cast, subject } = scene
      const { id } = actor in cast ? cast[actor as keyof typeof cast] : subject
      return change(scene, { kind: 'leave', person: id })
    },
    fresh: true,
    also: {
      'add someone': {
        access: admins,
        ask: (scene) => change(scene, { kind: 'add', person: scene.stranger.id }),
      },
      'remove someone': {
        access: moderators,
        ask: (scene) => change(scene, { kind: 'remove', person: scene.subject.id }),
      },
    },
  },
  listBans: inRoom,
  createLink: inRoom,
  listLinks: inRoom,
  revokeLink: { ask: ({ room, link }) => ({ params: { room, link: link.id } }) },
  previewLink: { ask: ({ link: { code } }) => ({ params: { code } }) },
  joinByLink: { ask: ({ link: { code } }) => ({ params: { code } }) },
  setPasscode: { ask: ({ room }) => ({ params: { room }, body: { passcode: 'difference' } }) },
  clearPasscode: inRoom,
  listDirectory: ofOneself,
  joinPublicRoom: { ask: ({ publicRoom: room }) => ({ params: { room } }) },
  askToJoin: { ask: ({ publicRoom: room }) => ({ params: { room } }) },
  withdrawRequest: inRoom,
  listRequests: inRoom,
  decideRequest: {
    ask: ({ room, knocking }) => {
      return { params: { room, person: knocking.id }, body: { command: freshId(), decision: 'approve' } }
    },
    fresh: true,
  },
}
