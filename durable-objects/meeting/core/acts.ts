import type { HostAct, MeetingDownstream } from '../../../protocol/meetings.ts'
import type * as z from 'zod/mini'
import type { Track } from '../../../protocol/meetings.ts'
import { admitted, hosts, hostsByRight, waiting, withPeople, type Attendee, type Gathering } from './gathering.ts'
import { ended, letIn, lived, outside } from './session.ts'

type Asked = Extract<MeetingDownstream, { t: 'asked' }>

/** What the media server has to do for an act, and what someone is told of it. */
export type Order =
  | { order: 'mute'; id: string; track: z.infer<typeof Track> }
  | { order: 'permit'; id: string }
  | { order: 'say'; id: string; what: Asked['what'] }

/** What became of an act. `unknown`: there is nobody of this id in the meeting. */
export interface Acted {
  gathering: Gathering
  outcome: 'done' | 'forbidden' | 'unknown'
  orders: Order[]
}

/** What a host does. Done twice it is done once. */
export function acted(gathering: Gathering, by: string, act: HostAct, now: number): Acted {
  const host = gathering.people.get(by)
  if (!host) return refusal(gathering, 'unknown')
  if (host.standing !== 'admitted' || !hosts(host)) return refusal(gathering, 'forbidden')
  switch (act.act) {
    case 'admit':
      return done(letIn(gathering, called(gathering, act.people), now))
    case 'deny':
      return done(
        withPeople(
          gathering,
          called(gathering, act.people).map((someone) => ({ ...outside(someone, now), barred: 'denied' as const })),
        ),
      )
    case 'lock':
      return done(act.on === gathering.locked ? gathering : { ...gathering, locked: act.on })
    case 'mute':
      return upon(gathering, act.person, () => {
        return done(gathering, [
          { order: 'mute', id: act.person, track: act.track },
          { order: 'say', id: act.person, what: mutedAs[act.track] },
        ])
      })
    case 'mute_all': {
      const others = admitted(gathering).filter((someone) => !hosts(someone))
      const orders = others.map(({ id }): Order => ({ order: 'mute', id, track: 'microphone' }))
      const words = others.map(({ id }): Order => ({ order: 'say', id, what: 'muted' }))
      return done(gathering, [...orders, ...words])
    }
    case 'ask_unmute':
      return upon(gathering, act.person, () => done(gathering, [{ order: 'say', id: act.person, what: 'unmute' }]))
    case 'role':
      return upon(gathering, act.person, (someone) => {
        if (hostsByRight(someone)) return refusal(gathering, 'forbidden')
        // Whoever acts is signed in, and a guest is not.
        if (act.role === 'cohost' && someone.person === null) return refusal(gathering, 'forbidden')
        if (someone.given === act.role) return done(gathering)
        const next = withPeople(gathering, [{ ...someone, given: act.role }])
        return done(next, [{ order: 'permit', id: someone.id }])
      })
    case 'lower_hand':
      return upon(gathering, act.person, (someone) => {
        return done(someone.handAt === null ? gathering : withPeople(gathering, [{ ...someone, handAt: null }]))
      })
    case 'eject': {
      const someone = gathering.people.get(act.person)
      if (!someone) return refusal(gathering, 'unknown')
      if (hostsByRight(someone)) return refusal(gathering, 'forbidden')
      if (someone.barred !== null && someone.standing === 'outside') return done(gathering)
      return done(lived(withPeople(gathering, [{ ...outside(someone, now), barred: 'ejected' }]), now))
    }
    case 'end':
      return done(ended(gathering, now))
  }
}

const mutedAs = { microphone: 'muted', camera: 'camera_off', screen: 'sharing_stopped' } as const

/** Who is meant: everyone who waits and was never refused, or people by name, of whom also those who were. */
function called(gathering: Gathering, people: 'all' | readonly string[]): Attendee[] {
  if (people === 'all') return waiting(gathering).filter(({ barred }) => barred === null)
  const named = [...new Set(people)].flatMap((id) => gathering.people.get(id) ?? [])
  return named.filter(({ standing, barred }) => standing === 'waiting' || (standing === 'outside' && barred !== null))
}

function upon(gathering: Gathering, id: string, work: (someone: Attendee) => Acted): Acted {
  const someone = gathering.people.get(id)
  return someone?.standing === 'admitted' ? work(someone) : refusal(gathering, 'unknown')
}

function done(gathering: Gathering, orders: Order[] = []): Acted {
  return { gathering, outcome: 'done', orders }
}

function refusal(gathering: Gathering, outcome: 'forbidden' | 'unknown'): Acted {
  return { gathering, outcome, orders: [] }
}
