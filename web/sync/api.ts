import type * as z from 'zod/mini'
import * as shapes from '../../protocol/api.ts'
import type { Settings } from '../../protocol/inbox.ts'
import type { Near } from './away.ts'
import { createCall, type Call } from './call.ts'
import type { Refresh } from './link.ts'
import { ProblemError } from './problem-error.ts'
import type { Send } from './requests.ts'

/**
 * The HTTP API. Every call throws ProblemError (the server said no) or NetworkError (it did not answer). A call that
 * finds the session over refreshes it once and goes again once.
 */
export interface Api {
  signUp(person: z.infer<typeof shapes.SignUp>): Promise<shapes.SignedUp>
  signIn(person: z.infer<typeof shapes.SignIn>): Promise<shapes.SignedIn>
  signOut(everywhere?: boolean): Promise<void>
  me(): Promise<shapes.Me>
  createRoom(room: z.infer<typeof shapes.CreateRoom>): Promise<shapes.RoomSummary>
  /** The newest messages below `before`, or the newest of all. */
  messages(roomId: string, before?: number, limit?: number): Promise<shapes.Page>
  /** A page below, above or around a seq. */
  messagesNear(roomId: string, near: Near, limit: number): Promise<shapes.Page>
  /** What changed after `since`, of the messages from `from` on; of the next event, what it touched above `seq`. */
  changes(roomId: string, since: number, from: number, seq: number): Promise<shapes.ChangesPage>
  pins(roomId: string): Promise<shapes.Pins>
  changeMembers(roomId: string, body: z.infer<typeof shapes.ChangeMembers>): Promise<shapes.MembersChanged>
  handOver(roomId: string, body: z.infer<typeof shapes.HandOver>): Promise<shapes.MembersChanged>
  deleteRoom(roomId: string): Promise<void>
  /** What three count independently as unread, and where they differ. */
  unreadAudit(): Promise<shapes.UnreadAudit>
  createLink(roomId: string): Promise<shapes.JoinLink>
  link(code: string): Promise<shapes.LinkPreview>
  join(code: string): Promise<shapes.Joined>
  changeSettings(part: Partial<Settings>): Promise<void>
  block(person: string, on: boolean): Promise<void>
  /** Any other endpoint, by its description in protocol/endpoints. */
  call: Call
}

export function createApi(send: Send, refresh: () => Promise<Refresh>): Api {
  const asPerson: Send = async (method, path, schema, body, signal) => {
    try {
      return await send(method, path, schema, body, signal)
    } catch (error) {
      if (!(error instanceof ProblemError) || error.kind !== 'sign_in') throw error
      if ((await refresh()) !== 'renewed') throw error
      return await send(method, path, schema, body, signal)
    }
  }
  return {
    signUp: (person) => send('POST', 'auth/sign-up', shapes.SignedUp, person),
    signIn: (person) => send('POST', 'auth/sign-in', shapes.SignedIn, person),
    signOut: async (everywhere) =>
      void (await send('POST', 'auth/sign-out', null, everywhere ? { everywhere } : undefined)),
    me: () => asPerson('GET', 'me', shapes.Me),
    createRoom: async (room) => (await asPerson('POST', 'rooms', shapes.RoomCreated, room)).room,
    messages(roomId, before, limit) {
      const query = new URLSearchParams()
      if (before !== undefined) query.set('before', String(before))
      if (limit !== undefined) query.set('limit', String(limit))
      return asPerson('GET', `rooms/${roomId}/messages?${query}`, shapes.Page)
    },
    messagesNear: (roomId, near, limit) =>
      asPerson('GET', `rooms/${roomId}/messages?${new URLSearchParams({ ...near, limit } as never)}`, shapes.Page),
    changes: (roomId, since, from, seq) =>
      asPerson('GET', `rooms/${roomId}/changes?since=${since}&from=${from}&seq=${seq}`, shapes.ChangesPage),
    pins: (roomId) => asPerson('GET', `rooms/${roomId}/pins`, shapes.Pins),
    changeMembers: (roomId, body) => asPerson('POST', `rooms/${roomId}/members`, shapes.MembersChanged, body),
    handOver: (roomId, body) => asPerson('POST', `rooms/${roomId}/owner`, shapes.MembersChanged, body),
    deleteRoom: async (roomId) => void (await asPerson('DELETE', `rooms/${roomId}`, null)),
    unreadAudit: () => asPerson('GET', 'unread/audit', shapes.UnreadAudit),
    createLink: (roomId) => asPerson('POST', `rooms/${roomId}/links`, shapes.JoinLink, {}),
    link: (code) => asPerson('GET', `links/${encodeURIComponent(code)}`, shapes.LinkPreview),
    join: (code) => asPerson('POST', `links/${encodeURIComponent(code)}/join`, shapes.Joined, {}),
    changeSettings: async (part) => void (await asPerson('PATCH', 'me/settings', null, part)),
    block: async (person, on) => void (await asPerson(on ? 'PUT' : 'DELETE', `me/blocks/${person}`, null)),
    call: createCall(asPerson),
  }
}
