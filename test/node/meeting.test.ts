import fc from 'fast-check'
import { expect, test } from 'vitest'
import { acted } from '../../durable-objects/meeting/core/acts.ts'
import { intruders, listed, reported } from '../../durable-objects/meeting/core/connections.ts'
import {
  entered,
  expelled,
  handRaised,
  left,
  linkWithdrawn,
  seen,
} from '../../durable-objects/meeting/core/entering.ts'
import {
  hosts,
  nobodyYet,
  roleOf,
  standingOf,
  type Entrant,
  type Gathering,
  type MeetingFacts,
  type Right,
} from '../../durable-objects/meeting/core/gathering.ts'
import { lapsed, withFacts } from '../../durable-objects/meeting/core/session.ts'
import { heldAgainAt } from '../../durable-objects/meeting/core/telling.ts'
import { here, lobbyFrame, meetingFrame, youFrame } from '../../durable-objects/meeting/core/views.ts'
import type { HostAct } from '../../protocol/meetings.ts'
import { limits } from '../../protocol/limits.ts'

const facts: MeetingFacts = {
  ...{ id: 'm', room: 'r', host: 'ada', title: '', media: 'video', status: 'live', startsAt: null, startedAt: null },
  ...{ lobby: 'strangers', capacity: 100, mayRecord: 'hosts', plan: null, session: 0 },
}

const rights: Record<string, Right> = {
  ...{ ada: 'host', barbara: 'cohost', grace: 'member', linus: 'invited', eve: 'stranger', guest: 'stranger' },
}

function entrantOf(id: string, device = 'laptop'): Entrant {
  return { id, person: id.startsWith('guest') ? null : id, device, name: id }
}

/** The id that the media server has for a connection of theirs. */
function identity(id: string, device = 'laptop'): string {
  return id.startsWith('guest') ? `guest:${id}` : `${id}:${device}`
}

const callOf = (meeting: string, n: number) => `${meeting} ${n}`

function comes(gathering: Gathering, id: string, now: number, more: Partial<MeetingFacts> = {}, link = 'a link') {
  const right = rights[id] ?? 'stranger'
  const by = right === 'stranger' ? link : null
  return entered(gathering, { entrant: entrantOf(id), right, facts: { ...facts, ...more }, link: by }, callOf, now)
}

/** Everyone comes, one second after the other, from second 1 on. */
function met(ids: readonly string[], more: Partial<MeetingFacts> = {}): Gathering {
  return ids.reduce((gathering, id, at) => comes(gathering, id, (at + 1) * 1_000, more).gathering, nobodyYet)
}

const at = 100_000

function act(gathering: Gathering, by: string, what: HostAct, now = at): Gathering {
  return acted(gathering, by, what, now).gathering
}

function standings(gathering: Gathering): Record<string, string> {
  return Object.fromEntries([...gathering.people.keys()].sort().map((id) => [id, youFrame(gathering, id).standing]))
}

function joins(gathering: Gathering, id: string, sid: string, now = at, device = 'laptop'): Gathering {
  const report = { kind: 'participant_joined', identity: identity(id, device), sid, at: now }
  return reported(gathering, report, now)
}

function parts(gathering: Gathering, id: string, sid: string, now = at, device = 'laptop'): Gathering {
  const report = { kind: 'participant_left', identity: identity(id, device), sid, at: now }
  return reported(gathering, report, now)
}

type Step =
  | { step: 'enter'; id: string }
  | { step: 'refresh'; id: string }
  | { step: 'joined'; id: string }
  | { step: 'joined again'; id: string }

/** What the end looks like, but for when each thing happened. */
function seenBy(gathering: Gathering) {
  const { people, ...rest } = meetingFrame(gathering)
  const timeless = people.map((someone) => ({ ...someone, handAt: null })).sort((a, b) => (a.id < b.id ? -1 : 1))
  return { ...rest, startedAt: null, people: timeless, waiting: lobbyFrame(gathering).waiting }
}

const everyone = Object.keys(rights)

/** All that people may do on their way in, each person's own entering at least once. */
const waysIn = fc
  .shuffledSubarray(
    everyone.flatMap((id): Step[] => [
      { step: 'enter', id },
      { step: 'refresh', id },
      { step: 'joined', id },
      { step: 'joined again', id },
    ]),
    { minLength: 1 },
  )
  .chain((steps) =>
    fc
      .shuffledSubarray([...everyone], { minLength: everyone.length })
      .map((order) => [...steps, ...order.map((id): Step => ({ step: 'enter', id }))]),
  )

test('[MTG21] [AC-40] every way into a meeting ends in the same state, whatever comes first', () => {
  const lobby = fc.constantFrom<MeetingFacts['lobby']>('nobody', 'strangers', 'everyone')
  const scheduled = fc.boolean()
  fc.assert(
    fc.property(waysIn, lobby, scheduled, fc.boolean(), (steps, lobbyIs, isScheduled, reversed) => {
      const told: Partial<MeetingFacts> = isScheduled
        ? { lobby: lobbyIs, status: 'scheduled', startsAt: 9_000_000 }
        : { lobby: lobbyIs }
      let gathering = nobodyYet
      let now = 1_000
      for (const { step, id } of reversed ? steps.toReversed() : steps) {
        now += 500
        if (step === 'enter') gathering = comes(gathering, id, now, told).gathering
        if (step === 'refresh') gathering = comes(left(gathering, id, now), id, now + 100, told).gathering
        if (step === 'joined' || step === 'joined again') gathering = joins(gathering, id, `PA_${id}`, now)
      }
      for (const id of everyone) {
        gathering = comes(gathering, id, (now += 100), told).gathering
        gathering = joins(gathering, id, `PA_${id}`, (now += 100))
      }
      gathering = act(gathering, 'ada', { act: 'admit', people: 'all' }, (now += 100))

      expect(seenBy(gathering)).toEqual({
        ...{ t: 'meeting', status: 'live', startedAt: null, locked: false, recording: null, waiting: [] },
        people: [
          { id: 'ada', name: 'ada', role: 'host', here: true, handAt: null, person: 'ada' },
          { id: 'barbara', name: 'barbara', role: 'cohost', here: true, handAt: null, person: 'barbara' },
          { id: 'eve', name: 'eve', role: 'speaker', here: true, handAt: null, person: 'eve' },
          { id: 'grace', name: 'grace', role: 'speaker', here: true, handAt: null, person: 'grace' },
          { id: 'guest', name: 'guest', role: 'guest', here: true, handAt: null, person: null },
          { id: 'linus', name: 'linus', role: 'speaker', here: true, handAt: null, person: 'linus' },
        ],
      })
      expect(intruders(gathering)).toEqual([])
    }),
    { seed: 7, numRuns: 500 },
  )
})

test('[MTG22] [AC-39] hosts never wait, and who else does is the lobby’s to say', () => {
  const order = ['eve', 'guest', 'grace', 'linus', 'ada', 'barbara']
  const inside = { ada: 'admitted', barbara: 'admitted' }
  const members = { grace: 'admitted', linus: 'admitted' }
  expect(standings(met(order, { lobby: 'nobody' }))).toEqual({
    ...{ ...inside, ...members, eve: 'admitted', guest: 'admitted' },
  })
  expect(standings(met(order, { lobby: 'strangers' }))).toEqual({
    ...{ ...inside, ...members, eve: 'waiting', guest: 'waiting' },
  })
  expect(standings(met(order, { lobby: 'everyone' }))).toEqual({
    ...{ ...inside, grace: 'waiting', linus: 'waiting', eve: 'waiting', guest: 'waiting' },
  })
})

test('[MTG22] before a planned meeting has begun strangers are early, whatever its lobby', () => {
  const planned = { status: 'scheduled', startsAt: 9_000_000, lobby: 'nobody' } as const
  const alone = met(['eve', 'guest'], planned)
  expect(standings(alone)).toEqual({ eve: 'early', guest: 'early' })
  expect(alone.session).toBe(null)

  const begun = comes(alone, 'grace', at, planned).gathering

  expect(standings(begun)).toEqual({ eve: 'admitted', grace: 'admitted', guest: 'admitted' })
})

test('[MTG22] [AC-39] hosts admit and deny one or all, in the order in which people came', () => {
  const gathering = met(['ada', 'guest', 'eve', 'guest2'])
  expect(lobbyFrame(gathering).waiting.map(({ id }) => id)).toEqual(['guest', 'eve', 'guest2'])

  const one = act(gathering, 'ada', { act: 'admit', people: ['eve'] })
  expect(standings(one)).toEqual({ ada: 'admitted', eve: 'admitted', guest: 'waiting', guest2: 'waiting' })
  const denied = act(one, 'ada', { act: 'deny', people: ['guest'] })
  expect(standings(denied)).toEqual({ ada: 'admitted', eve: 'admitted', guest: 'denied', guest2: 'waiting' })
  const all = act(denied, 'ada', { act: 'admit', people: 'all' })
  expect(standings(all)).toEqual({ ada: 'admitted', eve: 'admitted', guest: 'denied', guest2: 'admitted' })
  expect(standings(act(gathering, 'ada', { act: 'deny', people: 'all' }))).toEqual({
    ...{ ada: 'admitted', eve: 'denied', guest: 'denied', guest2: 'denied' },
  })
})

test('[MTG23] who was refused knocks marked as such, and comes in when a host names them and never with the others', () => {
  const gathering = act(met(['ada', 'grace', 'guest']), 'ada', { act: 'eject', person: 'grace' })
  expect(standings(gathering)).toEqual({ ada: 'admitted', grace: 'ejected', guest: 'waiting' })

  const knocks = comes(gathering, 'grace', at + 1, { lobby: 'nobody' })

  expect(knocks.answer).toEqual({ standing: 'waiting', role: 'speaker' })
  const entries = lobbyFrame(knocks.gathering).waiting
  expect(entries.map(({ id, before }) => [id, before])).toEqual([['grace', 'ejected']])
  const all = act(knocks.gathering, 'ada', { act: 'admit', people: 'all' }, at + 2)
  expect(standings(all)['grace']).toBe('waiting')
  const named = act(all, 'ada', { act: 'admit', people: ['grace'] }, at + 3)
  expect(standings(named)['grace']).toBe('admitted')
  expect(lobbyFrame(named).waiting).toEqual([])
})

test('[MTG23] no way in, and no order of them, lets in whom a host has put out', () => {
  const again = fc.array(fc.constantFrom('enter', 'leave', 'joined', 'everyone else', 'open lobby', 'admit all'), {
    maxLength: 12,
  })
  fc.assert(
    fc.property(again, fc.constantFrom('grace', 'linus', 'eve', 'guest'), (tries, id) => {
      let gathering = act(met(everyone, { lobby: 'nobody' }), 'ada', { act: 'eject', person: id })
      let now = at
      for (const each of tries) {
        now += 10_000
        if (each === 'enter') gathering = comes(gathering, id, now, { lobby: 'nobody' }).gathering
        if (each === 'leave') gathering = left(gathering, id, now)
        if (each === 'joined') gathering = joins(gathering, id, `PA_${now}`, now)
        if (each === 'everyone else') gathering = comes(gathering, 'barbara', now).gathering
        if (each === 'open lobby') gathering = withFacts(gathering, { ...facts, lobby: 'nobody' }, now)
        if (each === 'admit all') gathering = act(gathering, 'ada', { act: 'admit', people: 'all' }, now)
        expect(gathering.people.get(id)!.standing).not.toBe('admitted')
        expect(intruders(gathering)).toEqual(here(gathering).has(id) ? [identity(id)] : [])
      }
    }),
    { seed: 11, numRuns: 300 },
  )
})

test('[MTG24] a locked meeting lets in hosts, and who was in it a moment ago', () => {
  const gathering = act(met(['ada', 'grace']), 'ada', { act: 'lock', on: true })

  expect(comes(gathering, 'linus', at).answer.standing).toBe('locked')
  expect(comes(gathering, 'guest', at).answer.standing).toBe('locked')
  expect(standings(comes(gathering, 'guest', at).gathering)).toEqual({ ada: 'admitted', grace: 'admitted' })
  expect(comes(gathering, 'barbara', at).answer.standing).toBe('admitted')
  const away = left(gathering, 'grace', at)
  expect(comes(away, 'grace', at + limits.meetingEmptyMs).answer.standing).toBe('admitted')
  expect(comes(away, 'grace', at + limits.meetingEmptyMs + 1).answer.standing).toBe('locked')
})

test('[MTG25] a full meeting takes nobody but hosts, and again whoever comes when there is room', () => {
  const two = { capacity: 2 }
  const gathering = met(['ada', 'grace'], two)
  expect(comes(gathering, 'linus', at, two).answer.standing).toBe('full')
  expect(comes(gathering, 'barbara', at, two).answer.standing).toBe('admitted')
  const waits = comes(gathering, 'guest', at, two).gathering
  expect(standings(act(waits, 'ada', { act: 'admit', people: 'all' }))['guest']).toBe('waiting')

  expect(comes(left(gathering, 'grace', at), 'linus', at + 1, two).answer.standing).toBe('admitted')
})

test('[MTG26] [AC-37] whoever reconnects is one participant, in whatever order that is reported', () => {
  const reports = [
    { kind: 'participant_joined', sid: 'PA_1', at: 1_000 },
    { kind: 'participant_left', sid: 'PA_1', at: 4_000 },
    { kind: 'participant_joined', sid: 'PA_2', at: 4_000 },
  ].map((report) => ({ ...report, identity: identity('grace') }))
  const orders = fc.shuffledSubarray([...reports, ...reports], { minLength: 6 })
  fc.assert(
    fc.property(orders, (order) => {
      const gathering = order.reduce((each, report) => reported(each, report, at), met(['ada', 'grace']))
      expect(meetingFrame(gathering).people.map(({ id, here: isHere }) => [id, isHere])).toEqual([
        ['ada', false],
        ['grace', true],
      ])
    }),
    { seed: 3, numRuns: 200 },
  )
})

test('[MTG26] two devices of a person are one participant, here until the last one goes', () => {
  const both = joins(joins(met(['ada']), 'ada', 'PA_1'), 'ada', 'PA_2', at, 'phone')
  expect(meetingFrame(both).people).toHaveLength(1)
  const one = parts(both, 'ada', 'PA_1')
  expect([...here(one)]).toEqual(['ada'])
  expect([...here(parts(one, 'ada', 'PA_2', at, 'phone'))]).toEqual([])
})

test('[MTG26] what the media server lists corrects what it has reported, and not what it has reported since', () => {
  const gathering = joins(joins(met(['ada', 'grace']), 'ada', 'PA_1', 1_000), 'grace', 'PA_2', at)
  const list = [{ identity: identity('grace'), sid: 'PA_3' }]

  const corrected = listed(gathering, list, at, at + 50)

  // Grace's second connection came while the list was on its way.
  expect([...corrected.connections].map(([sid, { left: gone }]) => [sid, gone])).toEqual([
    ['PA_1', 'missed'],
    ['PA_2', null],
    ['PA_3', null],
  ])
  expect([...here(listed(corrected, [{ identity: identity('ada'), sid: 'PA_1' }], at, at))]).toContain('ada')
  const told = parts(joins(met(['ada']), 'ada', 'PA_1', 1_000), 'ada', 'PA_1', 2_000)
  expect([...here(listed(told, [{ identity: identity('ada'), sid: 'PA_1' }], at, at))]).toEqual([])
})

test('[MTG26] whoever is connected and was not let in is named, but for the recorder', () => {
  const gathering = joins(met(['ada', 'guest']), 'guest', 'PA_1')
  const stranger = { kind: 'participant_joined', identity: 'who:knows', sid: 'PA_2', at }
  const recorder = { kind: 'participant_joined', identity: 'EG_1', sid: 'PA_3', at }
  const all = [stranger, recorder].reduce((each, report) => reported(each, report, at), gathering)
  expect(intruders(joins(all, 'ada', 'PA_4'))).toEqual(['guest:guest', 'who:knows'])
})

test('[MTG27] a meeting ends a while after everyone has gone, and nobody is let in by what was before', () => {
  const nobody = () => false
  const gathering = left(met(['ada', 'guest'], { lobby: 'nobody' }), 'ada', at)
  const seenLast = seen(gathering, 'guest', at)
  const still = lapsed(seenLast, (id) => id === 'guest', at + 2 * limits.meetingEmptyMs)
  expect(still.session).toEqual(seenLast.session)
  // The guest's page was closed without a word.
  const over = lapsed(still, nobody, at + limits.meetingEmptyMs)

  expect(over.session).toBe(null)
  expect(over.ended).toEqual({ n: 0, startedAt: 1_000, at: at + limits.meetingEmptyMs })
  expect(comes(over, 'ada', at + 3 * limits.meetingEmptyMs).answer.standing).toBe('over')
  const next = { status: 'scheduled', startsAt: at, session: 1 } as const
  const again = comes(over, 'ada', at + 3 * limits.meetingEmptyMs, next)
  expect(again.answer.standing).toBe('admitted')
  expect(again.gathering.session).toMatchObject({ n: 1, call: 'm 1' })
  expect(standings(again.gathering)).toEqual({ ada: 'admitted' })
})

test('[MTG27] who reloads is back before the meeting ends, and has lost nothing', () => {
  const raised = handRaised(met(['ada', 'grace']), 'ada', true, at).gathering
  const back = comes(left(left(raised, 'grace', at), 'ada', at), 'ada', at + 5_000).gathering
  const later = lapsed(back, (id) => id === 'ada', at + limits.meetingEmptyMs)
  expect(later.session).toMatchObject({ startedAt: 1_000 })
  expect(standings(later)).toEqual({ ada: 'admitted', grace: 'outside' })
})

test('[MTG27] whom a host refused in one session is refused in the next', () => {
  const ejected = act(met(['ada', 'grace']), 'ada', { act: 'eject', person: 'grace' })
  const over = act(ejected, 'ada', { act: 'end' })
  expect(over.session).toBe(null)
  const next = { status: 'scheduled', startsAt: at, session: 1 } as const
  const again = comes(comes(over, 'ada', at, next).gathering, 'grace', at, next)
  expect(again.answer.standing).toBe('waiting')
})

test('[MTG28] whom the room has lost is out at once and comes back only as strangers do', () => {
  const gathering = expelled(met(['ada', 'grace', 'linus', 'guest']), ['grace', 'linus', 'nobody'], at)
  expect(standings(gathering)).toEqual({ ada: 'admitted', grace: 'outside', guest: 'waiting', linus: 'admitted' })
  const back = { entrant: entrantOf('grace'), right: 'stranger', facts, link: 'a link' } as const
  expect(entered(gathering, back, callOf, at).answer.standing).toBe('waiting')
})

test('[MTG28] who waits by a link that is withdrawn gets in no more; who is in stays', () => {
  const waits = comes(met(['ada', 'eve']), 'guest', at, {}, 'another link').gathering
  const inside = act(waits, 'ada', { act: 'admit', people: ['eve'] })
  expect(standings(linkWithdrawn(inside, 'another link', at))['guest']).toBe('outside')
  expect(standings(linkWithdrawn(inside, 'a link', at))).toEqual(standings(inside))
})

test('[MTG29] hosts run a meeting, and nobody runs it against who hosts it by their place in the room', () => {
  const gathering = act(met(everyone), 'ada', { act: 'admit', people: 'all' })
  const outcome = (by: string, what: HostAct) => acted(gathering, by, what, at).outcome
  for (const by of ['grace', 'linus', 'eve', 'guest']) expect(outcome(by, { act: 'end' })).toBe('forbidden')
  expect(outcome('nobody', { act: 'end' })).toBe('unknown')
  expect(outcome('ada', { act: 'eject', person: 'barbara' })).toBe('forbidden')
  expect(outcome('barbara', { act: 'eject', person: 'ada' })).toBe('forbidden')
  expect(outcome('ada', { act: 'role', person: 'barbara', role: 'viewer' })).toBe('forbidden')
  expect(outcome('ada', { act: 'role', person: 'guest', role: 'cohost' })).toBe('forbidden')
  expect(outcome('ada', { act: 'mute', person: 'nobody', track: 'camera' })).toBe('unknown')

  const promoted = act(gathering, 'ada', { act: 'role', person: 'grace', role: 'cohost' })
  expect(hosts(promoted.people.get('grace')!)).toBe(true)
  expect(acted(promoted, 'grace', { act: 'eject', person: 'eve' }, at).outcome).toBe('done')
  const viewer = act(promoted, 'ada', { act: 'role', person: 'guest', role: 'viewer' })
  expect(roleOf(viewer.people.get('guest')!)).toBe('viewer')
  expect(roleOf(comes(viewer, 'guest', at).gathering.people.get('guest')!)).toBe('viewer')
  const speaker = act(viewer, 'ada', { act: 'role', person: 'guest', role: 'speaker' })
  expect(roleOf(speaker.people.get('guest')!)).toBe('guest')
})

test('[MTG29] an act says what the media server has to do; done twice it is done once', () => {
  const gathering = act(met(everyone), 'ada', { act: 'admit', people: 'all' })
  const orders = (what: HostAct) => acted(gathering, 'ada', what, at).orders
  expect(orders({ act: 'mute', person: 'eve', track: 'screen' })).toEqual([
    { order: 'mute', id: 'eve', track: 'screen' },
    { order: 'say', id: 'eve', what: 'sharing_stopped' },
  ])
  expect(orders({ act: 'mute_all' }).flatMap((order) => (order.order === 'mute' ? [order.id] : []))).toEqual([
    ...['grace', 'linus', 'eve', 'guest'],
  ])
  expect(orders({ act: 'ask_unmute', person: 'eve' })).toEqual([{ order: 'say', id: 'eve', what: 'unmute' }])
  expect(orders({ act: 'role', person: 'eve', role: 'viewer' })).toEqual([{ order: 'permit', id: 'eve' }])
  const acts: HostAct[] = [
    { act: 'lock', on: true },
    { act: 'role', person: 'eve', role: 'viewer' },
    { act: 'lower_hand', person: 'eve' },
    { act: 'eject', person: 'eve' },
    { act: 'end' },
  ]
  for (const each of acts) {
    const once = act(handRaised(gathering, 'eve', true, at).gathering, 'ada', each)
    expect(standings(act(once, 'ada', each))).toEqual(standings(once))
    if (each.act !== 'end') expect(act(once, 'ada', each)).toBe(once)
  }
})

test('[MTG29] hands go up in order, and down by their own or a host’s hand', () => {
  const first = handRaised(met(['ada', 'grace', 'linus']), 'linus', true, at).gathering
  const both = handRaised(handRaised(first, 'grace', true, at + 1).gathering, 'linus', true, at + 2).gathering
  const hands = (gathering: Gathering) => meetingFrame(gathering).people.map(({ id, handAt }) => [id, handAt])
  expect(hands(both)).toEqual([
    ['ada', null],
    ['grace', at + 1],
    ['linus', at],
  ])
  const lowered = act(both, 'ada', { act: 'lower_hand', person: 'linus' })
  expect(hands(handRaised(lowered, 'grace', false, at).gathering).map(([, handAt]) => handAt)).toEqual([
    null,
    null,
    null,
  ])
  expect(handRaised(both, 'nobody', true, at).answer).toBe(false)
})

test('[MTG27] a meeting that was cancelled or ended elsewhere is over for all; older facts change nothing', () => {
  const gathering = met(['ada', 'guest'])
  const cancelled = withFacts(gathering, { ...facts, status: 'ended' }, at)
  expect([cancelled.session, standingOf(cancelled, undefined)]).toEqual([null, 'over'])
  expect(youFrame(cancelled, 'guest').standing).toBe('over')
  const later = withFacts(gathering, { ...facts, session: 3 }, at)
  expect(withFacts(later, { ...facts, session: 2, status: 'ended' }, at)).toBe(later)
})

test('[MTG27] a session that Postgres has ended is over here; the next one opens', () => {
  const gathering = met(['ada', 'grace'])
  const moved = withFacts(gathering, { ...facts, status: 'scheduled', startsAt: 9_000_000, session: 1 }, at)
  expect([moved.session, moved.ended?.n, [...moved.people.keys()]]).toEqual([null, 0, []])
  const next = { status: 'scheduled', startsAt: 9_000_000, session: 1 } as const
  expect(comes(moved, 'grace', at, next).gathering.session).toMatchObject({ n: 1, call: 'm 1' })
})

test('[MTG35] a session that ends before its time is held as planned, and one that repeats when it is due again', () => {
  const startsAt = Date.UTC(2026, 0, 5, 9)
  const plan = { firstAt: startsAt, minutes: 30, timeZone: 'Europe/Berlin', repeats: null }
  const daily = { ...plan, repeats: { every: 'day', interval: 1, times: 2 } } as const
  const day = 86_400_000
  expect(heldAgainAt({ ...facts, startsAt: null }, startsAt)).toBe(null)
  expect(heldAgainAt({ ...facts, startsAt, plan }, startsAt - 1)).toBe(startsAt)
  expect(heldAgainAt({ ...facts, startsAt, plan }, startsAt + 1)).toBe(null)
  expect(heldAgainAt({ ...facts, startsAt, plan: daily }, startsAt + 1)).toBe(startsAt + day)
  expect(heldAgainAt({ ...facts, startsAt: startsAt + day, plan: daily }, startsAt + day + 1)).toBe(null)
})
