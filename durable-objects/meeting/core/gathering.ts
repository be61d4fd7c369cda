import type { MeetingRole, Plan, Standing } from '../../../protocol/meetings.ts'

/** Who comes to a meeting: a person on a device, or (person null) a guest. `id` is the person's own, or the guest's. */
export interface Entrant {
  id: string
  person: string | null
  device: string
  name: string
}

/** What Postgres says of a meeting; the object keeps a copy. Times are epoch milliseconds. */
export interface MeetingFacts {
  id: string
  room: string
  host: string
  title: string
  media: 'audio' | 'video'
  status: 'scheduled' | 'live' | 'ended' | 'cancelled'
  startsAt: number | null
  startedAt: number | null
  lobby: 'nobody' | 'strangers' | 'everyone'
  capacity: number
  mayRecord: 'hosts' | 'members'
  /** Null: it was begun at once. */
  plan: Plan | null
  /** How many sessions are over: 0 in the first one. What is written of an earlier one comes too late. */
  session: number
}

/** By which right someone comes, as Postgres judged it a moment ago. `stranger`: by a link, and no member of the room. */
export type Right = 'host' | 'cohost' | 'member' | 'invited' | 'stranger'

/** Someone who came to the meeting. Plain data, replaced and never mutated; times are epoch milliseconds. */
export interface Attendee {
  id: string
  person: string | null
  name: string
  right: Right
  /** The link by which they came. */
  link: string | null
  /** What a host made of them; null: what their right makes of them. */
  given: 'cohost' | 'speaker' | 'viewer' | null
  standing: 'waiting' | 'admitted' | 'outside'
  /** Since when they stand so. */
  since: number
  /** A host said no: they come in once a host names them, and not before. */
  barred: 'denied' | 'ejected' | null
  /** When they were let in first in this session; null: they were not. `joins`: how often they came in. */
  admittedAt: number | null
  joins: number
  handAt: number | null
  /** The last sign of them: they came, they were connected, they went. */
  seenAt: number
  /** For who is no member: what was said in the room up to this seq is not theirs to read; null: not known yet. */
  chatFrom: number | null
}

/** One connection to the media server. `left`: it is over, because the media server said so, or does not list it any more. */
export interface Connection {
  identity: string
  at: number
  left: 'told' | 'missed' | null
  leftAt: number | null
}

/** One time at which people meet. A meeting that repeats has many. */
export interface Session {
  /** How many there were before it. */
  n: number
  /** The id of the call that it is in the room. */
  call: string
  startedAt: number
  /** Who began it. */
  by: string
  /** The last moment of which it is known that someone was in it. */
  lastAt: number
}

/** A recording that runs: its id, and the name of who began it. */
export interface Recorded {
  id: string
  status: 'starting' | 'active'
  by: string | null
}

/** All that a meeting knows. Plain data, replaced and never mutated. */
export interface Gathering {
  facts: MeetingFacts | null
  session: Session | null
  /** The last session that ended. */
  ended: { n: number; startedAt: number; at: number } | null
  locked: boolean
  recording: Recorded | null
  people: ReadonlyMap<string, Attendee>
  /** By the media server's own id of each. */
  connections: ReadonlyMap<string, Connection>
}

/** What became of a wish, and the answer to it. */
export interface Then<A> {
  gathering: Gathering
  answer: A
}

export const nobodyYet: Gathering = {
  ...{ facts: null, session: null, ended: null, locked: false, recording: null },
  ...{ people: new Map(), connections: new Map() },
}

export function roleOf({ right, given, person }: Pick<Attendee, 'right' | 'given' | 'person'>): MeetingRole {
  if (right === 'host' || right === 'cohost') return right
  if (given === 'cohost' || given === 'viewer') return given
  return person === null ? 'guest' : 'speaker'
}

/** Whether someone runs the meeting. */
export function hosts(someone: Attendee): boolean {
  const role = roleOf(someone)
  return role === 'host' || role === 'cohost'
}

/** Host by what they are in the room and not by the word of another host: nobody takes that away here. */
export function hostsByRight({ right }: Pick<Attendee, 'right'>): boolean {
  return right === 'host' || right === 'cohost'
}

/** Whether nobody comes in any more. One that repeats opens again once Postgres has its next session. */
export function isOver({ facts, session, ended }: Gathering): boolean {
  if (!facts || facts.status === 'cancelled' || facts.status === 'ended') return true
  return session === null && ended !== null && facts.session <= ended.n
}

/** Where someone stands, as they are told. */
export function standingOf(gathering: Gathering, someone: Attendee | undefined): Standing {
  const { session, facts } = gathering
  if (!someone) return isOver(gathering) ? 'over' : 'outside'
  switch (someone.standing) {
    case 'admitted':
      return 'admitted'
    case 'waiting':
      return session === null && facts?.startsAt !== null ? 'early' : 'waiting'
    case 'outside':
      return someone.barred ?? 'outside'
  }
}

export function admitted({ people }: Gathering): Attendee[] {
  return [...people.values()].filter(({ standing }) => standing === 'admitted')
}

/** Who waits, in the order in which they came. */
export function waiting({ people }: Gathering): Attendee[] {
  return [...people.values()].filter(({ standing }) => standing === 'waiting').sort((a, b) => a.since - b.since)
}

/** The identity by which the media server knows someone on a device: `person:device`, or `guest:id`. */
export function identityOf({ id, person, device }: Pick<Entrant, 'id' | 'person' | 'device'>): string {
  return person === null ? `guest:${id}` : `${person}:${device}`
}

/** Whose identity this is; null: none that Parley gave, such as the recorder's. */
export function idBehind(identity: string): string | null {
  const [first = '', second = ''] = identity.split(':')
  if (second === '') return null
  return first === 'guest' ? second : first
}

/** Puts people in the place of what was known of them. */
export function withPeople(gathering: Gathering, changed: readonly Attendee[]): Gathering {
  if (changed.length === 0) return gathering
  const people = new Map(gathering.people)
  for (const someone of changed) people.set(someone.id, someone)
  return { ...gathering, people }
}
