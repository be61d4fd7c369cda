import { span } from '../times.ts'
import type { SystemFact } from '../../../protocol/message.ts'
import type { People } from './people.ts'

/** What a system row says, as one sentence without a full stop. */
export function happened(fact: SystemFact, people: People): string {
  const by = 'by' in fact && fact.by ? (people.get(fact.by)?.name ?? 'Someone who left') : null
  const name = 'person' in fact ? fact.name || 'A deleted account' : ''
  switch (fact.kind) {
    case 'member_joined':
      return by === null ? `${name} joined` : `${by} added ${name}`
    case 'member_left':
      return by === null || fact.by === fact.person ? `${name} left` : `${by} removed ${name}`
    case 'role_changed':
      return fact.role === 'owner' ? `${name} owns the room now` : `${name} is ${roles[fact.role]} now`
    case 'member_banned':
      return `${by ?? 'Someone'} banned ${name}`
    case 'member_unbanned':
      return `${by ?? 'Someone'} lifted the ban on ${name}`
    case 'member_muted':
      return `${by ?? 'Someone'} ${fact.until === null ? `let ${name} write again` : `silenced ${name}`}`
    case 'renamed':
      return `${by ?? 'Someone'} named the room ${fact.name}`
    case 'room_changed':
      return `${by ?? 'Someone'} ${and.format(changes(fact))}`
    case 'call_started':
      return `${by ?? 'Someone'} started a ${fact.media === 'video' ? 'video call' : 'call'}`
    case 'call_ended':
      if (fact.outcome) return callsThatNeverWere[fact.outcome]
      return `The call ended after ${Math.max(1, Math.round(fact.durationMs / 60_000))} min`
  }
}

const callsThatNeverWere = { missed: 'Missed call', declined: 'Call declined', cancelled: 'Call cancelled' }
const and = new Intl.ListFormat('en-GB')
const roles = { owner: 'the owner', admin: 'an admin', moderator: 'a moderator', member: 'a member' }

function changes(fact: Extract<SystemFact, { kind: 'room_changed' }>): string[] {
  const { description, postPolicy, slowModeSeconds, disappearingMs } = fact
  const pause = (seconds: number) =>
    seconds === 0 ? 'switched slow mode off' : `set slow mode to ${span(seconds * 1_000)}`
  const stay = (ms: number | null) =>
    ms === null ? 'let new messages stay' : `let new messages disappear after ${span(ms)}`
  return [
    ...(description === undefined ? [] : ['changed the description']),
    ...(postPolicy === undefined ? [] : [postPolicy === 'admins' ? 'let only admins write' : 'let everyone write']),
    ...(slowModeSeconds === undefined ? [] : [pause(slowModeSeconds)]),
    ...(disappearingMs === undefined ? [] : [stay(disappearingMs)]),
  ]
}
