import type { MeetingDownstream, Participant, Waiting } from '../../../protocol/meetings.ts'
import { idBehind, roleOf, standingOf, waiting, type Attendee, type Gathering } from './gathering.ts'

type Frame<T extends MeetingDownstream['t']> = Extract<MeetingDownstream, { t: T }>

/** What someone hears of themself. */
export function youFrame(gathering: Gathering, id: string): Frame<'you'> {
  const someone = gathering.people.get(id)
  const role = someone ? roleOf(someone) : 'speaker'
  return { t: 'you', standing: standingOf(gathering, someone), role, handAt: someone?.handAt ?? null }
}

/** How the meeting stands, for those who are in it. */
export function meetingFrame(gathering: Gathering): Frame<'meeting'> {
  const { session, facts, locked, recording } = gathering
  const connected = here(gathering)
  const people = [...gathering.people.values()]
    .filter(({ standing }) => standing === 'admitted')
    .sort((a, b) => (a.admittedAt ?? 0) - (b.admittedAt ?? 0) || (a.id < b.id ? -1 : 1))
    .map((someone) => participant(someone, connected.has(someone.id)))
  const status = session ? 'live' : (facts?.status ?? 'scheduled')
  return { t: 'meeting', status, startedAt: session?.startedAt ?? null, locked, recording, people }
}

function participant(someone: Attendee, isHere: boolean): Participant {
  const { id, name, person, handAt } = someone
  return { id, name, role: roleOf(someone), here: isHere, handAt, person }
}

/** Who waits, for hosts. */
export function lobbyFrame(gathering: Gathering): Frame<'lobby'> {
  const people = waiting(gathering).map(({ id, name, person, since, barred }): Waiting => {
    return { id, name, person, since, ...(barred && { before: barred }) }
  })
  return { t: 'lobby', waiting: people }
}

/** Who is connected to the media server, by their ids. */
export function here({ connections }: Gathering): Set<string> {
  const identities = [...connections.values()].flatMap(({ identity, left }) => (left ? [] : [identity]))
  return new Set(identities.flatMap((identity) => idBehind(identity) ?? []))
}
