import { limits } from '../../../protocol/limits.ts'
import { admitted, waiting, withPeople, type Attendee, type Gathering, type MeetingFacts } from './gathering.ts'

/** The id of the call that a session of a meeting is, of which there were n before it. The first has the meeting's own. */
export type CallOf = (meeting: string, n: number) => string

/** Takes over what Postgres says. A meeting that was cancelled or ended there has no session any more. */
export function withFacts(gathering: Gathering, facts: MeetingFacts, now: number): Gathering {
  // What was asked for before a session ended arrives after it.
  if (gathering.facts && facts.session < gathering.facts.session) return gathering
  const known = settled({ ...gathering, facts }, now)
  const { session } = gathering
  const isOver = facts.status === 'cancelled' || facts.status === 'ended'
  // Or it goes on with a later session: whoever ended this one did it past the meeting.
  const over = isOver || (session !== null && session.n < facts.session)
  return over && gathering.people.size > 0 ? ended(known, now) : known
}

/** The first of those who do not come as strangers begins it. */
export function begun(gathering: Gathering, by: Attendee, callOf: CallOf, now: number): Gathering {
  const { facts, session } = gathering
  if (session || !facts) return gathering
  const n = facts.session
  // Who is invited may be no member of the room, where the call stands under someone's name.
  const starter = by.right === 'invited' || by.person === null ? facts.host : by.person
  const call = n === 0 ? facts.id : callOf(facts.id, n)
  // An object that has lost its storage goes on with the session that Postgres knows.
  const startedAt = (facts.status === 'live' ? facts.startedAt : null) ?? now
  return settled({ ...gathering, session: { n, call, startedAt, by: starter, lastAt: now } }, now)
}

/** Nobody is in it any more. Who was refused stays so; everyone else is as if they had never come. */
export function ended(gathering: Gathering, now: number): Gathering {
  const { session } = gathering
  const people = refused(gathering, now)
  const last = session ? { n: session.n, startedAt: session.startedAt, at: now } : gathering.ended
  return { ...gathering, session: null, ended: last, locked: false, recording: null, people }
}

function refused({ people }: Gathering, now: number): ReadonlyMap<string, Attendee> {
  const kept = [...people.values()].filter(({ barred }) => barred !== null)
  return new Map(kept.map((someone) => [someone.id, outside(someone, now)]))
}

/** Whether this one has to wait for a host. Nobody who comes by a link begins a meeting. */
export function waits({ facts, session }: Gathering, { right }: Pick<Attendee, 'right'>): boolean {
  if (facts?.lobby === 'everyone') return true
  if (right !== 'stranger') return false
  return facts?.lobby === 'strangers' || session === null
}

/** Lets in who waits for nothing any more: the meeting has begun, or has another lobby. */
export function settled(gathering: Gathering, now: number): Gathering {
  const free = waiting(gathering).filter((someone) => someone.barred === null && !waits(gathering, someone))
  return letIn(gathering, free, now)
}

/** Lets people in, for as long as there is room. */
export function letIn(gathering: Gathering, people: readonly Attendee[], now: number): Gathering {
  const room = Math.max(0, (gathering.facts?.capacity ?? 0) - admitted(gathering).length)
  return withPeople(
    gathering,
    people.slice(0, room).map((someone) => inside(someone, now)),
  )
}

export function inside(someone: Attendee, now: number): Attendee {
  if (someone.standing === 'admitted') return someone
  const { admittedAt, joins } = someone
  return { ...someone, standing: 'admitted', since: now, barred: null, admittedAt: admittedAt ?? now, joins: joins + 1 }
}

/** Out, and as if they had never been in: who was only away for a moment keeps what `away` leaves them. */
export function outside(someone: Attendee, now: number): Attendee {
  const nothing = { given: null, admittedAt: null, handAt: null, chatFrom: null }
  return { ...someone, ...nothing, standing: 'outside', since: now }
}

/** Out of their own accord, or because nothing was heard of them: within this session they come back as they were. */
export function away(someone: Attendee, now: number): Attendee {
  return { ...someone, standing: 'outside', since: now, handAt: null }
}

/** When the session is over unless someone comes; null: it is not, or someone is in it. */
export function endsAt(gathering: Gathering): number | null {
  if (!gathering.session || admitted(gathering).length > 0) return null
  return gathering.session.lastAt + limits.meetingEmptyMs
}

/**
 * What the time has brought. Who is neither connected nor at the meeting's socket is out after a while; when nobody is left,
 * the session ends. `there`: who has a socket, by their id.
 */
export function lapsed(gathering: Gathering, there: (id: string) => boolean, now: number): Gathering {
  const gone = [...gathering.people.values()].filter(
    ({ id, standing, seenAt }) => standing !== 'outside' && seenAt + limits.meetingEmptyMs <= now && !there(id),
  )
  let next = withPeople(
    gathering,
    gone.map((someone) => away(someone, now)),
  )
  const lastSeen = Math.max(...gone.filter((each) => each.standing === 'admitted').map(({ seenAt }) => seenAt))
  if (next.session && lastSeen > next.session.lastAt) {
    next = { ...next, session: { ...next.session, lastAt: lastSeen } }
  }
  const over = endsAt(next)
  return over !== null && over <= now ? ended(next, now) : next
}

/** Someone was there until now. */
export function lived(gathering: Gathering, now: number): Gathering {
  const { session } = gathering
  return session ? { ...gathering, session: { ...session, lastAt: now } } : gathering
}
