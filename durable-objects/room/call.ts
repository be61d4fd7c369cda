import type { CallEnded, Media } from '../../protocol/events.ts'
import { limits } from '../../protocol/limits.ts'
import type * as z from 'zod/mini'

/** A call that is live. Plain data, replaced and never mutated; times are epoch milliseconds. */
export interface LiveCall {
  id: string
  media: Media
  by: string
  startedAt: number
  /** When someone else took it, or when it began where it does not ring; null: nobody has yet. */
  takenAt: number | null
  /** Until when it rings; null: it does not. */
  ringsUntil: number | null
  /** Who is in it. */
  people: readonly string[]
  /** For whom it rings. */
  rings: readonly string[]
}

/** Why a call rings no more for someone. */
export type Over = 'accepted' | 'declined' | 'ended' | 'missed'

/** How a call ended. */
export type Ended = Pick<z.infer<typeof CallEnded>, 'durationMs' | 'outcome'>

/** What became of a call: null when it is over, and for whom it rings no more. */
export type Then =
  | { call: LiveCall; ended: null; over: { person: string; why: Over }[] }
  | { call: null; ended: Ended; over: { person: string; why: Over }[] }

/** Who starts a call, and whom it is to ring for: null where it does not ring at all. */
export interface Begin {
  id: string
  media: LiveCall['media']
  by: string
  rings: readonly string[] | null
}

export function begun({ id, media, by, rings }: Begin, now: number): LiveCall {
  return {
    ...{ id, media, by, startedAt: now, people: [by], rings: rings ?? [] },
    ...(rings ? { takenAt: null, ringsUntil: now + limits.ringMs } : { takenAt: now, ringsUntil: null }),
  }
}

/** Someone takes the call or declines it. Who declines in a direct room ends it. */
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
  if (direct && call.takenAt === null) return end(call, 'declined', now, 'declined')
  return { call: without(call, person), ended: null, over: stops(call, person, 'declined') }
}

/** Someone is in it no more: they left, took it back, or are no member. Who is not in it only stops its ringing for them. */
export function left(call: LiveCall, person: string, direct: boolean, now: number): Then {
  if (!call.people.includes(person)) {
    return { call: without(call, person), ended: null, over: stops(call, person, 'ended') }
  }
  const people = call.people.filter((other) => other !== person)
  if (call.takenAt === null) return end(call, 'cancelled', now, 'ended')
  if (direct || people.length === 0) return end(call, undefined, now, 'ended')
  return { call: { ...call, people }, ended: null, over: [] }
}

/** What the time has brought: it rang for as long as it does, or nobody has ended it. */
export function lapsed(call: LiveCall, now: number): Then {
  const rung = call.ringsUntil !== null && call.ringsUntil <= now
  if (rung && call.takenAt === null) return end(call, 'missed', now, 'missed')
  if (call.startedAt + limits.callMs <= now) return end(call, undefined, now, 'ended')
  if (!rung) return { call, ended: null, over: [] }
  return { call: { ...call, ringsUntil: null, rings: [] }, ended: null, over: all(call, 'missed') }
}

/** When the time changes something next. */
export function lapsesAt({ ringsUntil, startedAt }: LiveCall): number {
  return Math.min(ringsUntil ?? Infinity, startedAt + limits.callMs)
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
