import type { Env } from './env.ts'

/** The one object that is this room. */
export function roomObject(env: Env, room: string) {
  return env.ROOM.get(env.ROOM.idFromName(room))
}

/** The one object that is this person's inbox. */
export function inboxObject(env: Env, person: string) {
  return env.INBOX.get(env.INBOX.idFromName(person))
}

/** The one object that is this meeting. */
export function meetingObject(env: Env, meeting: string) {
  return env.MEETING.get(env.MEETING.idFromName(meeting))
}
