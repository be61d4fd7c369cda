import { shortTime, span } from '../times.ts'
import type { AuditRecord } from '../../../protocol/endpoints/rooms.ts'

/** What someone did, without who: "banned Grace Hopper until 4 May". An action that this page does not know is shown as it is called. */
export function auditWords({ action, personName, person, by, details }: AuditRecord): string {
  const who = personName ?? 'someone who left'
  const self = person !== null && person === by
  switch (action) {
    case 'group_created':
      return 'made the group'
    case 'member_add':
      return `added ${who}`
    case 'member_remove':
      return `removed ${who}`
    case 'member_leave':
      return 'left'
    case 'member_ban':
      return `banned ${who}${untilOf(details)}`
    case 'member_unban':
      return `lifted the ban of ${who}`
    case 'member_mute':
      return typeof details['until'] === 'number' ? `silenced ${who}${untilOf(details)}` : `let ${who} write again`
    case 'member_role':
      return `made ${who} ${roles[String(details['role'])] ?? String(details['role'])}`
    case 'handed_over':
      return `handed the room over to ${who}`
    case 'entry_changed':
      return entryWords(details)
    case 'link_created':
      return 'made a join link'
    case 'link_revoked':
      return 'withdrew a join link'
    case 'joined':
      return 'came in'
    case 'joined_by_link':
      return 'came in by a link'
    case 'join_declined':
      return `declined ${who}, who asked to join`
    case 'passcode_set':
      return 'set a passcode'
    case 'passcode_cleared':
      return 'removed the passcode'
    case 'passcode_locked':
      return 'wrote too many wrong passcodes'
    case 'renamed':
      return `called the room “${String(details['name'])}”`
    case 'room_changed':
      return changeWords(details)
    case 'message_deleted':
      return `deleted a message ${self ? 'of their own' : `of ${who}`}`
    default:
      return action.replaceAll('_', ' ')
  }
}

const roles: Partial<Record<string, string>> = {
  admin: 'an admin',
  moderator: 'a moderator',
  member: 'an ordinary member',
  owner: 'the owner',
}

// Nobody waits for the year 2100.
const forGood = Date.UTC(2100, 0, 1)

function untilOf({ until }: Details): string {
  return typeof until === 'number' && until < forGood ? ` until ${shortTime(until)}` : ''
}

type Details = AuditRecord['details']

function entryWords({ visibility, joinPolicy }: Details): string {
  const parts = [
    ...(visibility === 'public' ? ['made the room public'] : visibility === 'private' ? ['made the room private'] : []),
    ...(joinPolicy === 'approval'
      ? ['had everyone ask before they come in']
      : joinPolicy === 'open'
        ? ['let people come in without asking']
        : []),
  ]
  return parts.length === 0 ? 'changed how people come in' : parts.join(' and ')
}

function changeWords({ description, postPolicy, slowModeSeconds, disappearingMs }: Details): string {
  const parts = [
    ...(description === undefined ? [] : ['changed the description']),
    ...(postPolicy === undefined ? [] : [postPolicy === 'admins' ? 'let only admins write' : 'let everyone write']),
    ...(typeof slowModeSeconds === 'number'
      ? [slowModeSeconds === 0 ? 'switched slow mode off' : `set slow mode to ${span(slowModeSeconds * 1_000)}`]
      : []),
    ...(typeof disappearingMs === 'number'
      ? [disappearingMs === 0 ? 'let messages stay' : `let messages disappear after ${span(disappearingMs)}`]
      : []),
  ]
  return parts.length === 0 ? 'changed the room' : parts.join(' and ')
}
