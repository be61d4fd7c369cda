import { limits } from '../../../protocol/limits.ts'
import type { MeetingRole, Standing } from '../../../protocol/meetings.ts'
import {
  admitted,
  hosts,
  hostsByRight,
  isOver,
  roleOf,
  standingOf,
  waiting,
  withPeople,
  type Attendee,
  type Entrant,
  type Gathering,
  type MeetingFacts,
  type Right,
  type Then,
} from './gathering.ts'
import { away, begun, inside, lived, outside, waits, withFacts, type CallOf } from './session.ts'

/** Someone comes, by a right that was established together with the facts. */
export interface Coming {
  entrant: Entrant
  right: Right
  facts: MeetingFacts
  link: string | null
}

interface Entered {
  standing: Standing
  role: MeetingRole
}

/** What becomes of someone who comes, whichever way they come: once more is the same as once. */
export function entered(gathering: Gathering, coming: Coming, callOf: CallOf, now: number): Then<Entered> {
  const { entrant, right, facts, link } = coming
  const { id, person, name } = entrant
  const told = withFacts(gathering, facts, now)
  const before = told.people.get(id)
  const since = before?.since ?? now
  const someone: Attendee = {
    ...{ given: null, standing: 'outside', barred: null, admittedAt: null, joins: 0, handAt: null, chatFrom: null },
    ...before,
    ...{ id, person, name, right, link: link ?? before?.link ?? null, since, seenAt: now },
  }
  const role = roleOf(someone)
  if (isOver(told)) return { gathering: told, answer: { standing: 'over', role } }
  const outcome = arrival(told, someone, now)
  switch (outcome) {
    case 'full':
    case 'locked':
      return { gathering: told, answer: { standing: outcome, role } }
    case 'waiting': {
      const waits = someone.standing === 'waiting' ? someone : { ...someone, standing: outcome, since: now }
      const next = withPeople(told, [waits])
      return { gathering: next, answer: { standing: standingOf(next, waits), role } }
    }
    case 'admitted': {
      const came = inside(someone, now)
      const within = withPeople(told, [came])
      const next = came.right === 'stranger' ? within : begun(within, came, callOf, now)
      return { gathering: lived(next, now), answer: { standing: 'admitted', role } }
    }
  }
}

/** Someone whom a host had put out, as Postgres knows it. Times are epoch milliseconds. */
export interface Removed {
  id: string
  person: string | null
  name: string
  joinedAt: number | null
  leftAt: number | null
  joinCount: number
}

/** A meeting that has lost its storage goes on with what Postgres knows of those who were put out. */
export function recalled(gathering: Gathering, removed: readonly Removed[], now: number): Gathering {
  if (gathering.facts) return gathering
  return withPeople(
    gathering,
    removed.map(({ id, person, name, joinedAt, leftAt, joinCount }) => ({
      ...{ id, person, name, right: 'stranger', link: null, given: null, standing: 'outside', barred: 'ejected' },
      ...{ since: leftAt ?? now, admittedAt: joinedAt, joins: joinCount, handAt: null, seenAt: now, chatFrom: null },
    })),
  )
}

function arrival(gathering: Gathering, someone: Attendee, now: number): 'admitted' | 'waiting' | 'full' | 'locked' {
  if (hostsByRight(someone)) return 'admitted'
  if (someone.standing === 'admitted') return 'admitted'
  // Whoever reloads is back by then.
  const returns = someone.admittedAt !== null && someone.standing === 'outside' && !someone.barred
  const justLeft = returns && now - someone.since <= limits.meetingEmptyMs
  if (gathering.locked && !justLeft) return 'locked'
  if (returns || (someone.barred === null && !waits(gathering, someone))) {
    return admitted(gathering).length < (gathering.facts?.capacity ?? 0) ? 'admitted' : 'full'
  }
  if (someone.standing === 'waiting') return 'waiting'
  return waiting(gathering).length < limits.meetingWaiting ? 'waiting' : 'full'
}

/** Someone leaves the meeting, or its lobby. */
export function left(gathering: Gathering, id: string, now: number): Gathering {
  const someone = gathering.people.get(id)
  if (!someone || someone.standing === 'outside') return gathering
  const next = withPeople(gathering, [away({ ...someone, seenAt: now }, now)])
  return someone.standing === 'admitted' ? lived(next, now) : next
}

/** A sign of someone: they are counted as gone from here on, and not from before. */
export function seen(gathering: Gathering, id: string, now: number): Gathering {
  const someone = gathering.people.get(id)
  return someone && someone.standing !== 'outside' ? withPeople(gathering, [{ ...someone, seenAt: now }]) : gathering
}

/** Someone's hand goes up, or down. False: they are not in the meeting. */
export function handRaised(gathering: Gathering, id: string, up: boolean, now: number): Then<boolean> {
  const someone = gathering.people.get(id)
  if (someone?.standing !== 'admitted') return { gathering, answer: false }
  if (up === (someone.handAt !== null)) return { gathering, answer: true }
  return { gathering: withPeople(gathering, [{ ...someone, handAt: up ? now : null }]), answer: true }
}

/** These are members of the room no more: out at once, and they come back only as strangers do. */
export function expelled(gathering: Gathering, people: readonly string[], now: number): Gathering {
  const known = people.flatMap((id) => gathering.people.get(id) ?? [])
  // Who is there by a link or an invitation of their own does not owe it to the room.
  const gone = known.filter(({ right }) => right !== 'stranger' && right !== 'invited')
  const next = withPeople(
    gathering,
    gone.map((someone) => ({ ...outside(someone, now), right: 'stranger' as const })),
  )
  return gone.some(({ standing }) => standing === 'admitted') ? lived(next, now) : next
}

/** A link was withdrawn: who waits by it gets in no more. */
export function linkWithdrawn(gathering: Gathering, link: string, now: number): Gathering {
  const gone = waiting(gathering).filter((someone) => someone.link === link && !hosts(someone))
  return withPeople(
    gathering,
    gone.map((someone) => outside(someone, now)),
  )
}
