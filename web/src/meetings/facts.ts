import { getMeeting } from '../../../protocol/endpoints/meetings.ts'
import { previewMeetingLink, type MeetingPreview } from '../../../protocol/endpoints/meeting-ways.ts'
import type { Meeting, MeetingStatus, Schedule } from '../../../protocol/meetings.ts'
import { gate } from '../gate.ts'

/** What may be known of a meeting before one is in, whichever way one came. */
export interface Facts {
  id: string
  title: string
  media: 'audio' | 'video'
  status: MeetingStatus
  schedule: Schedule | null
  host: string | null
  /** The room whose log is its chat, for those who are members of it. */
  room: string | null
  /** Begun in a room at once, without a title: what people name a call. */
  call: boolean
  /** How one comes in: by a link's code, or as oneself. */
  code: string | null
  passcode: boolean
  entry: MeetingPreview['entry'] | null
  me: MeetingPreview['me'] | Meeting['me']
  /** Which members may record it. */
  mayRecord: Meeting['mayRecord']
  /** What I answered where I am invited, or whoever had the mail that brought the link. */
  invitation: Meeting['invitation']
}

/** What a link shows. Throws as the API does. */
export async function factsOfLink(code: string): Promise<Facts> {
  const preview = await gate.api.call(previewMeetingLink, { params: { code } })
  const { meeting: id, title, media, status, schedule, invitedBy: host, entry, passcode, me, invitation } = preview
  const unknown = { room: null, call: false, mayRecord: 'hosts' } as const
  return { id, title, media, status, schedule, host, code, passcode, entry, me, invitation, ...unknown }
}

/** What someone sees of a meeting that is theirs to see. Throws as the API does. */
export async function factsOfMeeting(meeting: string): Promise<Facts> {
  return factsOf(await gate.api.call(getMeeting, { params: { meeting } }))
}

export function factsOf(meeting: Meeting): Facts {
  const { id, title, media, status, schedule, host, room, me, invitation, mayRecord } = meeting
  return {
    ...{ id, title, media, status, schedule, host: host.name, me, invitation, mayRecord },
    ...{ room: me === 'invited' ? null : room, code: null, passcode: false, entry: null },
    call: me !== 'invited' && title === '' && schedule === null,
  }
}

/** The title, or what a meeting is called that has none. */
export function titleOf({ title }: Pick<Facts, 'title'>): string {
  return title === '' ? 'Meeting' : title
}
