import type { CallEnded, Media } from '../../protocol/events.ts'
import type { RoomCall } from '../../protocol/downstream.ts'
import { limits } from '../../protocol/limits.ts'
import type * as z from 'zod/mini'

/** A call that is live. Plain data, replaced and never mutated; times are epoch milliseconds. */
export interface LiveCall {
  id: string
  /** The meeting that it is: by the same id, but where the meeting repeats. */
  meeting: string
  /** Whether the meeting has told who is in it. From then on that is the meeting's to say, and when it is over. */
  met: boolean
  media: Media
  by: string
  startedAt: number
  /** When someone else took it, or when it began where it does not ring; null: nobody has yet. */
  takenAt: number | null
  /** Until when it rings; null: it does not. */
  ringsUntil: number | null
  /** Who is in it. */
  people: readonly string[]
  /** How many are in it who are no members. */
  guests: number
  /** Why it rings no more, of one that goes on in its meeting although nobody took it. */
  unanswered?: 'missed' | 'declined'
  /** Since when nobody is in it, of one that a meeting has told of. */
  emptySince?: number
  /** For whom it rings. */
  rings: readonly string[]
}

/** The call as the room's members see it: for whom it rings is nobody's business. */
export function shownCall(call: LiveCall | null): RoomCall | null {
  if (!call) return null
  const { met: _met, rings: _rings, ringsUntil: _until, emptySince: _since, ...shown } = call
  return shown
}

/** Why a call rings no more for someone. */
export type Over = 'accepted' | 'declined' | 'ended' | 'missed'

/** How a call ended. */
export type Ended = Pick<z.infer<typeof CallEnded>, 'durationMs' | 'outcome'>

/** What became of a call: null when it is over, and for whom it rings no more. */
export type Then =
  | { call: LiveCall; ended: null; over: { person: string; why: Over }[] }
  | { call: null; ended: Ended; over: { person: string; why: Over }[] }

/** Who is in a call, as its meeting says. */
export type Gathered = Pick<LiveCall, 'meeting' | 'people' | 'guests'>

/** Who starts a call, and whom it is to ring for: null where it does not ring at all. */
export interface Begin {
  id: string
  media: LiveCall['media']
  by: string
  rings: readonly string[] | null
}

export function begun({ id, media, by, rings }: Begin, now: number): LiveCall {
  return {
    ...{ id, meeting: id, met: false, media, by, startedAt: now, people: [by], guests: 0, rings: rings ?? [] },
    ...(rings ? { takenAt: null, ringsUntil: now + limits.ringMs } : { takenAt: now, ringsUntil: null }),
  }
}

/** A call that its meeting tells of and that the room did not know: it rings for nobody. */
export function gathering(
  { meeting, media, by, people, guests }: Gathered & Pick<LiveCall, 'media' | 'by'>,
  id: string,
  now: number,
): LiveCall {
  return {
    ...{ id, meeting, met: true, media, by, startedAt: now, takenAt: now, ringsUntil: null, people, guests, rings: [] },
    ...(empty({ people, guests }) && { emptySince: now }),
  }
}

/** Its meeting says who is in it. Who is, has taken it. */
export function gathered(call: LiveCall, { meeting, people, guests }: Gathered, now: number): Then {
  const { emptySince = now, unanswered, ...before } = call
  const others = guests > 0 || people.some((person) => person !== call.by)
  const rings = call.rings.filter((person) => !people.includes(person))
  const takenAt = call.takenAt ?? (others ? now : null)
  const next: LiveCall = {
    ...{ ...before, meeting, met: true, people, guests, rings, takenAt },
    ...(takenAt === null && unanswered && { unanswered }),
    ...(empty({ people, guests }) && { emptySince }),
  }
  const same = JSON.stringify(sorted(next)) === JSON.stringify(sorted(call))
  const over = call.rings.filter((person) => people.includes(person))
  return { call: same ? call : next, ended: null, over: over.map((person) => ({ person, why: 'accepted' })) }
}

/** Its meeting is over. */
export function dispersed(call: LiveCall, now: number): Then {
  if (call.takenAt !== null) return end(call, undefined, now, 'ended')
  return end(call, call.unanswered ?? 'cancelled', now, 'ended')
}

/** Someone takes the call or declines it. Who declines in a direct room ends it, unless its meeting goes on. */
export function answered(
  call: LiveCall,
  person: string,
  how: 'accept' | 'decline',
  direct: boolean,
  now: number,
): Then {
  if (call.people.includes(person)) return { call, ended: null, over: [] }
  if (how === 'accept') {
    const people = [...call.people, person]
    const taken = { ...call, people, takenAt: call.takenAt ?? now }
    return { call: without(taken, person), ended: null, over: stops(call, person, 'accepted') }
  }
  if (!call.rings.includes(person)) return { call, ended: null, over: [] }
  if (direct && call.takenAt === null) {
    if (!attended(call)) return end(call, 'declined', now, 'declined')
    const silent: LiveCall = { ...call, rings: [], ringsUntil: null, unanswered: 'declined' }
    return { call: silent, ended: null, over: all(call, 'declined') }
  }
  return { call: without(call, person), ended: null, over: stops(call, person, 'declined') }
}

/** Someone is in it no more: they left, took it back, or are no member. Who is not in it only stops its ringing for them. */
export function left(call: LiveCall, person: string, direct: boolean, now: number): Then {
  if (!call.people.includes(person)) {
    return { call: without(call, person), ended: null, over: stops(call, person, 'ended') }
  }
  const people = call.people.filter((other) => other !== person)
  if (call.met && (call.takenAt !== null || !empty({ people, guests: call.guests }))) {
    return { call: { ...call, people }, ended: null, over: [] }
  }
  if (call.takenAt === null) return end(call, 'cancelled', now, 'ended')
  if (direct || people.length === 0) return end(call, undefined, now, 'ended')
  return { call: { ...call, people }, ended: null, over: [] }
}

/** What the time has brought: it rang for as long as it does, or nobody has ended it. */
export function lapsed(call: LiveCall, now: number): Then {
  const rung = call.ringsUntil !== null && call.ringsUntil <= now
  if (call.takenAt === null && (call.emptySince ?? Infinity) + limits.callEmptyMs <= now) {
    return end(call, call.unanswered ?? 'cancelled', now, 'ended')
  }
  if (rung && call.takenAt === null && attended(call)) {
    const silent: LiveCall = { ...call, ringsUntil: null, rings: [], unanswered: 'missed' }
    return { call: silent, ended: null, over: all(call, 'missed') }
  }
  if (rung && call.takenAt === null) return end(call, 'missed', now, 'missed')
  if (call.startedAt + limits.callMs <= now) return end(call, undefined, now, 'ended')
  if (!rung) return { call, ended: null, over: [] }
  return { call: { ...call, ringsUntil: null, rings: [] }, ended: null, over: all(call, 'missed') }
}

/** When the time changes something next. */
export function lapsesAt({ ringsUntil, startedAt, takenAt, emptySince }: LiveCall): number {
  const emptied = takenAt === null && emptySince !== undefined ? emptySince + limits.callEmptyMs : Infinity
  return Math.min(ringsUntil ?? Infinity, startedAt + limits.callMs, emptied)
}

/** Whether its meeting goes on, rung or not. */
function attended(call: LiveCall): boolean {
  return call.met && !empty(call)
}

function empty({ people, guests }: Pick<LiveCall, 'people' | 'guests'>): boolean {
  return people.length === 0 && guests === 0
}

function sorted(call: LiveCall): unknown[] {
  return Object.entries(call).sort(([one], [other]) => (one < other ? -1 : 1))
}

function end(call: LiveCall, outcome: Ended['outcome'], now: number, why: Over): Then {
  const durationMs = call.takenAt === null ? 0 : Math.max(0, now - call.takenAt)
  return { call: null, ended: { durationMs, ...(outcome && { outcome }) }, over: all(call, why) }
}

function without(call: LiveCall, person: string): LiveCall {
  return call.rings.includes(person) ? { ...call, rings: call.rings.filter((other) => other !== person) } : call
}

function stops({ rings }: LiveCall, person: string, why: Over): { person: string; why: Over }[] {
  return rings.includes(person) ? [{ person, why }] : []
}

function all({ rings }: LiveCall, why: Over): { person: string; why: Over }[] {
  return rings.map((person) => ({ person, why }))
}
