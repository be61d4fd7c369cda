import type { InboxForOthers, MeetingForOthers, RoomForInboxes, RoomForMeetings } from './between.ts'
import type { MediaKeys } from './meeting/media.ts'
import type { DatabaseKeys } from './service-functions.ts'

/** Shorter than this, a secret can be guessed. */
const shortest = 32

/** Where the objects of one class are found: the binding, as far as the objects themselves use it. */
export interface Objects<T> {
  getByName(name: string): T
}

interface OwnEnv extends DatabaseKeys {
  /** 32 random bytes or more, in hex: signs renewal tickets and keys the hashes of messages. */
  PARLEY_SECRET: string
  /** The inbox of each person, by the person's id. */
  INBOX: Objects<InboxForOthers>
}

/** What a room needs from its surroundings: beside what an inbox does, its meetings. */
export interface RoomEnv extends OwnEnv {
  /** Its meetings, by their ids. */
  MEETING: Objects<Pick<MeetingForOthers, 'membersGone'>>
}

/** What an inbox needs: the rooms and the meetings, by their ids. */
export interface InboxEnv extends OwnEnv {
  ROOM: Objects<RoomForInboxes>
  MEETING: Objects<Pick<MeetingForOthers, 'endSessions'>>
}

/** What a meeting needs. */
export interface MeetingEnv extends OwnEnv, MediaKeys {
  ROOM: Objects<RoomForMeetings>
}

/** The secret of a Parley that is set up. What is signed or hashed with an empty one is open to everybody. */
export function secretOf(env: Partial<Pick<OwnEnv, 'PARLEY_SECRET'>>): string {
  const secret = env.PARLEY_SECRET ?? ''
  if (secret.length >= shortest) return secret
  throw new Error(`PARLEY_SECRET is missing or has less than ${shortest} characters: openssl rand -hex 32 makes one`)
}
