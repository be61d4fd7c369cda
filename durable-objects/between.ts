import type { Ending } from './endings.ts'
import type { ChangeAnswer } from './membership.ts'
import type { Presence, Preview, Ring } from '../protocol/inbox.ts'
import type { Role, UnreadMark } from '../protocol/downstream.ts'
import type { HostAct, MeetingRole, Standing } from '../protocol/meetings.ts'
import type { Erasure } from '../protocol/message.ts'
import type { Entrant, MeetingFacts, Recorded, Right } from './meeting/core/gathering.ts'
import type { LiveMeeting } from './meeting/core/telling.ts'
import type { Visitor } from './visitor.ts'

export type { Entrant, LiveMeeting, MeetingFacts, Right }

/**
 * What rooms and inboxes ask of each other. Each asks the other object by its id (a room's, a person's); an answer that
 * does not come is asked for again. Times are epoch milliseconds.
 */

/** Someone's line of a room as the room knows it. Of two, the one with the higher (epoch, n) is true. */
export interface Bump {
  room: string
  epoch: number
  /** Rises with every bump of the room, in its storage. */
  n: number
  type: 'direct' | 'group'
  /** Null in a direct room that has lost its other person. */
  name: string | null
  other: string | null
  role: Role
  memberCount: number
  /** The seq of the last event of the room, how far this person's devices have received, and how far they have read. */
  head: number
  delivered: number
  read: number
  unread: UnreadMark
  /** Messages that count as unread, and those among them that mention the person. */
  count: number
  mentions: number
  last: Preview | null
  lastAt: number
  /** What came since the bump before that the person may want to be told of. */
  news: 'mention' | 'message' | null
}

/** What an inbox without a device still wants to hear: where a push would hang. */
export type Wake = 'nothing' | 'mentions' | 'all'

/** `nobody`: no device is connected in this visit, and the room is silent towards the person until `back`. */
export type BumpAnswer = { state: 'taken' } | { state: 'nobody'; visit: number; wake: Wake }

/**
 * The answer to `back`: how the room stands now for this person, who hears everything again from here on. `unwritten`: the
 * object has no storage, so it keeps nobody in silence and has nothing that Postgres does not have; it is not woken for this.
 */
export type BackAnswer = { state: 'bump'; bump: Bump } | { state: 'unwritten' } | { state: 'gone' } | { state: 'away' }

/** What a room is asked by its members' inboxes. */
export interface RoomForInboxes {
  /** The person has a device again. Answers `gone` to who is no member. */
  back(person: string, visit: number): Promise<BackAnswer>
  /** A device of the person has everything up to `seq`: the second tick does not wait for reading. */
  received(person: string, seq: number): Promise<'heard' | 'gone' | 'away'>
  /** Reads everything (up to a seq), or marks the last message of someone else as unread. */
  markAll(person: string, as: 'read' | 'unread', upTo?: number): Promise<'marked' | 'nothing' | 'gone' | 'away'>
  /** Members look different in Postgres by now: a name, a block, receipts. Read anew, and told, before it is answered. */
  refreshMembers(): Promise<'fresh' | 'gone' | 'away'>
  /** Sessions of the person are over: their sockets here are closed with 4401, and they open none. */
  endSessions(person: string, ending: Ending): Promise<void>
  /** The person's account is deleted: out of the room at once here, batch by batch in Postgres. Twice is once. */
  eraseAccount(person: string, mode: Erasure['mode']): Promise<'erased' | 'away' | 'gone'>
  /** The owner makes another member the owner. The same command is carried out once. */
  handOver(by: string, command: string, to: string): Promise<ChangeAnswer>
  /** The owner deletes the room. `pending`: it is done as soon as Postgres can be reached. */
  delete(by: string): Promise<'deleted' | 'pending' | 'forbidden' | 'away' | 'gone'>
  /** What a person does with a call that rings for them. `over`: it rings no more. */
  answerCall(person: string, call: string, how: 'accept' | 'decline'): Promise<'done' | 'over' | 'gone' | 'away'>
}

/** Who watches a person: what decides whether they may see them, said by their own inbox. */
export interface Watcher {
  person: string
  /** Shows their own last seen to nobody, and so sees nobody's. */
  hides: boolean
  /** Whether they block the person they watch. */
  blocks: boolean
}

/** What an inbox is asked by rooms and by other inboxes. */
export interface InboxForOthers {
  /** Someone's room has news. Stored before it is answered. */
  bump(bump: Bump): Promise<BumpAnswer>
  /** The person is no member of a room any more. Never kept back by silence. */
  gone(room: string, epoch: number, n: number): Promise<void>
  /** Someone writes in a small room. Lost where nobody listens. */
  typing(room: string, person: string, name: string, on: boolean): Promise<void>
  /** A call rings. Never kept back by silence. `blocked`: the person wants no calls of this one; `busy`: do not disturb. */
  ring(ring: Ring): Promise<'ringing' | 'nobody' | 'blocked' | 'busy'>
  ringOver(room: string, call: string, why: 'accepted' | 'declined' | 'ended' | 'missed'): Promise<void>
  /**
   * Someone wants to hear how this person is from now on. Answers how they are, as far as the watcher may see it; `away`:
   * that is not known, and has to be asked again.
   */
  watch(watcher: Watcher): Promise<Presence | 'away'>
  unwatch(person: string): Promise<void>
  /** A person whom this one watches changed. False: no device watches them any more. */
  presence(presence: Presence): Promise<boolean>
}

export interface MeetingEntered {
  standing: Standing
  role: MeetingRole
}

export interface MeetingGrant {
  identity: string
  name: string
  role: MeetingRole
  /** The name of the media server's room. */
  mediaRoom: string
}

/** What a meeting is asked by the worker and by its room. */
export interface MeetingForOthers {
  /** Someone comes, by a right that the worker has established with `facts`, read in the same question. */
  enter(entrant: Entrant, right: Right, facts: MeetingFacts, link: string | null): Promise<MeetingEntered>
  /** Where someone stands; null: they never came. */
  standingOf(id: string): Promise<Standing | null>
  /** What a media token for this visit may say of them; null: they are not admitted. */
  grant(entrant: Entrant, visitor: Visitor): Promise<MeetingGrant | 'media_away' | null>
  raiseHand(id: string, up: boolean): Promise<boolean>
  /** They leave, on this device. */
  leave(id: string, device: string): Promise<void>
  act(by: Entrant, act: HostAct): Promise<'done' | 'forbidden' | 'unknown' | 'media_away'>
  /** What the media server reports, verified; repeated and late reports change nothing. */
  report(event: MediaReport): Promise<void>
  /** Where someone who is no member of the room reads and writes: from which seq on; null: nowhere. */
  chatPass(id: string): Promise<{ room: string; from: number; name: string } | null>
  /** These are members of the room no more: out at once, and they come in only as strangers. */
  membersGone(people: string[]): Promise<void>
  /** Postgres has it otherwise now: changed, cancelled. */
  changed(facts: MeetingFacts): Promise<void>
  /** Whether it is recorded, and by whom: everyone in it is told. */
  recordingNow(recording: Recorded | null): Promise<void>
  /** A link was withdrawn: who waits by it gets in no more. */
  linkOver(link: string): Promise<void>
  /** Sessions of the person are over: their sockets here are closed with 4401, and their devices are out of the call. */
  endSessions(person: string, ending: Ending): Promise<void>
}

/** A webhook of the media server, as far as a meeting looks at it. `at` is its `createdAt` in ms, `id` its event's. */
export interface MediaReport {
  id: string
  at: number
  kind: string
  identity: string | null
  sid: string | null
  /** For egress: its id, status, error, file and times. */
  egress: {
    id: string
    status: string
    error: string | null
    path: string | null
    bytes: number | null
    durationMs: number | null
  } | null
}

/** What a room is asked by its meetings. */
export interface RoomForMeetings {
  /** A meeting of the room is live: the room's call, with these members in it and so many others. Twice is once. */
  meetingLive(meeting: LiveMeeting): Promise<'heard' | 'busy' | 'gone' | 'away'>
  /** It is over. */
  meetingOver(call: string): Promise<'heard' | 'gone' | 'away'>
  /** The seq of the last event. */
  headNow(): Promise<number | 'gone' | 'away'>
  /** What someone is in the room; null: no member. */
  roleOf(person: string): Promise<Role | null | 'away'>
  /** No member any more in the meeting: their sockets for its chat are closed with 4403. */
  guestGone(meeting: string, guest: string): Promise<void>
}
