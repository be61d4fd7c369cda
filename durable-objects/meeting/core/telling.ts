import type { MeetingRole } from '../../../protocol/meetings.ts'
import { nextOccurrence } from '../../../protocol/occurrences.ts'
import { admitted, idBehind, roleOf, type Attendee, type Gathering, type MeetingFacts } from './gathering.ts'

/** What the room knows of a meeting that is live in it. */
export interface LiveMeeting {
  /** The meeting, and the call that this session of it is: the same id, but where it repeats. */
  meeting: string
  call: string
  media: 'audio' | 'video'
  by: string
  people: string[]
  guests: number
}

/** Someone in a session, as Postgres keeps it. */
export interface AttendeeRow {
  id: string
  person: string | null
  name: string
  role: MeetingRole
  state: 'waiting' | 'joined' | 'left' | 'removed'
  joinedAt: number | null
  leftAt: number | null
  joinCount: number
  identity: string | null
  sid: string | null
}

/** The room's call while a session is live: members by name, everyone else as a number. */
export function liveMeeting(gathering: Gathering): LiveMeeting | null {
  const { facts, session } = gathering
  if (!facts || !session) return null
  const all = admitted(gathering)
  const people = all.filter((someone) => !isGuest(someone)).map(({ id }) => id)
  const { call, by } = session
  return {
    meeting: facts.id,
    call,
    media: facts.media,
    by,
    people: people.toSorted(),
    guests: all.length - people.length,
  }
}

/** Whether someone is no member of the room, so that its chat begins for them when they are let in. */
export function isGuest({ right }: Pick<Attendee, 'right'>): boolean {
  return right === 'stranger' || right === 'invited'
}

/** Everyone's row, as text by their ids. Who only ever looked in has none. */
export function rowsOf(gathering: Gathering): Map<string, string> {
  const connected = new Map<string, { identity: string; sid: string }>()
  for (const [sid, { identity, left }] of gathering.connections) {
    const id = left ? null : idBehind(identity)
    if (id !== null) connected.set(id, { identity, sid })
  }
  const known = [...gathering.people.values()].filter(
    (someone) => someone.standing !== 'outside' || someone.joins > 0 || someone.barred,
  )
  return new Map(known.map((someone) => [someone.id, JSON.stringify(row(someone, connected.get(someone.id)))]))
}

function row(someone: Attendee, at: { identity: string; sid: string } | undefined): AttendeeRow {
  const { id, person, name, admittedAt, joins, since } = someone
  const left = someone.standing === 'outside'
  return {
    ...{ id, person, name, role: roleOf(someone), state: stateOf(someone) },
    ...{ joinedAt: admittedAt, leftAt: left ? since : null, joinCount: joins },
    ...{ identity: at?.identity ?? null, sid: at?.sid ?? null },
  }
}

function stateOf({ standing, barred }: Attendee): AttendeeRow['state'] {
  switch (standing) {
    case 'waiting':
      return 'waiting'
    case 'admitted':
      return 'joined'
    case 'outside':
      return barred ? 'removed' : 'left'
  }
}

/**
 * When a meeting is held again after a session that ended at a time; null: never. One that was over before it was to begin, since
 * people looked in early, is held as planned.
 */
export function heldAgainAt({ plan, startsAt }: MeetingFacts, endedAt: number): number | null {
  if (!plan || startsAt === null) return null
  if (endedAt < startsAt) return startsAt
  return plan.repeats ? nextOccurrence(plan, Math.max(endedAt, startsAt + 1)) : null
}
