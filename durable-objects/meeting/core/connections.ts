import { idBehind, type Connection, type Gathering } from './gathering.ts'
import { lived } from './session.ts'

// 10 min: the media server repeats a report for less, and its signature counts for 5 min.
const rememberedMs = 10 * 60_000

// 3 s: what the media server lists is older than what it has reported meanwhile.
const listLagMs = 3_000

/** What the media server reports, as far as it says who is connected. */
export interface ConnectionReport {
  kind: string
  identity: string | null
  sid: string | null
  at: number
}

/** Whom the media server lists. */
export interface Listed {
  identity: string
  sid: string
}

/**
 * Takes over a report. Each connection has an id of its own and is never taken up again, so that reports may come twice, late
 * and in any order.
 */
export function reported(gathering: Gathering, report: ConnectionReport, now: number): Gathering {
  const { kind, identity, sid, at } = report
  switch (kind) {
    case 'participant_joined':
      if (identity === null || sid === null || gathering.connections.has(sid)) return gathering
      return connected(gathering, [{ identity, sid }], at, now)
    case 'participant_left':
    case 'participant_connection_aborted':
      if (identity === null || sid === null) return gathering
      return disconnected(gathering, [[sid, identity]], 'told', now)
    case 'room_finished': {
      const all = [...gathering.connections].filter(([, connection]) => connection.at <= at && !connection.left)
      const sids = all.map(([each, connection]): [string, string] => [each, connection.identity])
      return disconnected(gathering, sids, 'told', now)
    }
    default:
      return gathering
  }
}

/** Takes over whom the media server lists, asked at a time. */
export function listed(gathering: Gathering, list: readonly Listed[], askedAt: number, now: number): Gathering {
  const known = gathering.connections
  const comers = list.filter(({ sid }) => !known.has(sid) || known.get(sid)!.left === 'missed')
  const sids = new Set(list.map(({ sid }) => sid))
  const missing = [...known].filter(
    ([sid, { left, at }]) => left === null && !sids.has(sid) && at < askedAt - listLagMs,
  )
  const gone = missing.map(([sid, { identity }]): [string, string] => [sid, identity])
  return disconnected(connected(gathering, comers, askedAt, now), gone, 'missed', now)
}

function connected(gathering: Gathering, comers: readonly Listed[], at: number, now: number): Gathering {
  const ours = comers.filter(({ identity }) => !isRecorder(identity))
  if (ours.length === 0) return gathering
  const connections = new Map(gathering.connections)
  for (const { identity, sid } of ours) connections.set(sid, { identity, at, left: null, leftAt: null })
  return touched({ ...gathering, connections }, ours, now)
}

function disconnected(
  gathering: Gathering,
  gone: readonly [sid: string, identity: string][],
  left: 'told' | 'missed',
  now: number,
): Gathering {
  const ours = gone.filter(([, identity]) => !isRecorder(identity))
  if (ours.length === 0) return gathering
  const kept = [...gathering.connections].filter(([, { leftAt }]) => leftAt === null || leftAt > now - rememberedMs)
  const connections = new Map<string, Connection>(kept)
  for (const [sid, identity] of ours) {
    const before = connections.get(sid)
    if (before?.left === 'told') continue
    connections.set(sid, { identity, at: before?.at ?? now, left, leftAt: now })
  }
  const people = ours.map(([, identity]) => ({ identity }))
  return touched({ ...gathering, connections }, people, now)
}

/** Who comes and goes was there until now. */
function touched(gathering: Gathering, who: readonly { identity: string }[], now: number): Gathering {
  const people = new Map(gathering.people)
  let admitted = false
  for (const { identity } of who) {
    const someone = people.get(idBehind(identity) ?? '')
    if (!someone) continue
    people.set(someone.id, { ...someone, seenAt: now })
    admitted ||= someone.standing === 'admitted'
  }
  const next = { ...gathering, people }
  return admitted ? lived(next, now) : next
}

/** Who is connected and was not let in. */
export function intruders(gathering: Gathering): string[] {
  return identitiesNow(gathering).filter(
    (identity) => gathering.people.get(idBehind(identity) ?? '')?.standing !== 'admitted',
  )
}

/** By which identities anyone is connected. */
export function identitiesNow({ connections }: Gathering): string[] {
  return [...new Set([...connections.values()].flatMap(({ identity, left }) => (left ? [] : [identity])))]
}

/** By which identities someone is connected. */
export function identitiesOf(gathering: Gathering, id: string): string[] {
  return identitiesNow(gathering).filter((identity) => idBehind(identity) === id)
}

/** Whether anyone is connected. */
export function anyoneConnected({ connections }: Gathering): boolean {
  return [...connections.values()].some(({ left }) => left === null)
}

/** The media server's own recorder: it makes its token itself, and shows and says nothing. */
export function isRecorder(identity: string): boolean {
  return identity.startsWith('EG_')
}
