import { runInDurableObject } from 'cloudflare:test'
import { afterEach, expect, test } from 'vitest'
import type { CallNow } from '../../protocol/api.ts'
import { limits } from '../../protocol/limits.ts'
import { enter, post } from './support/client.ts'
import { gate, service } from './support/database.ts'
import {
  actAs,
  enterAs,
  hibernateMeeting,
  listenTo,
  meetingIn,
  meetingOf,
  ringMeeting,
  strangerEnters,
  tellAll,
} from './support/meetings.ts'
import { eventually } from './support/objects.ts'
import { ask, bodyOf, freshId, request, roomOf, signUp, site } from './support/people.ts'

afterEach(async () => await gate('open'))

async function three(more: Record<string, unknown> = {}) {
  const [ada, grace, eve] = [await signUp('Ada'), await signUp('Grace'), await signUp('Eve')]
  const room = await roomOf(ada, grace)
  return { ada, grace, eve, room, meeting: await meetingIn(room, ada, more) }
}

test('[MTG20] whoever enters has a place at the meeting’s socket, and nobody has a token before they are let in', async () => {
  const { ada, grace, eve, meeting } = await three({ lobby: 'everyone' })

  expect((await request(eve, 'POST', `/meetings/${meeting}/enter`)).status).toBe(404)
  expect((await request(grace, 'POST', `/meetings/${meeting}/token`)).status).toBe(404)
  expect((await request(grace, 'PUT', `/meetings/${meeting}/hand`, { up: true })).status).toBe(404)
  const waits = await enterAs(grace, meeting)
  expect(waits).toEqual({ meeting, me: grace.id, standing: 'waiting', role: 'speaker' })
  expect((await request(grace, 'POST', `/meetings/${meeting}/token`)).status).toBe(403)
  expect((await request(grace, 'PUT', `/meetings/${meeting}/hand`, { up: true })).status).toBe(403)
  expect(await enterAs(ada, meeting)).toEqual({ meeting, me: ada.id, standing: 'admitted', role: 'host' })

  const [hers, hosts] = [await listenTo(grace, meeting), await listenTo(ada, meeting)]
  expect(await hers.next('you')).toEqual({ t: 'you', standing: 'waiting', role: 'speaker', handAt: null })
  expect((await hosts.next('lobby')).waiting).toMatchObject([{ id: grace.id, name: 'Grace', person: grace.id }])
  expect(await actAs(grace, meeting, { act: 'admit', people: 'all' })).toBe(403)
  expect(hers.frames).toEqual([])
  expect(await actAs(ada, meeting, { act: 'admit', people: 'all' })).toBe(204)
  expect(await hers.next('you')).toMatchObject({ standing: 'admitted' })
  expect((await hers.next('meeting')).people.map(({ name }) => name)).toEqual(['Ada', 'Grace'])
  expect((await request(grace, 'PUT', `/meetings/${meeting}/hand`, { up: true })).status).toBe(204)
  expect((await hers.next('meeting')).people.map(({ handAt }) => handAt)).toEqual([null, expect.any(Number)])
})

test('[MTG36] [AC-38] a host who reloads returns without knocking, and whoever waits still waits, asleep or not', async () => {
  const { ada, grace, eve, meeting } = await three({ lobby: 'everyone' })
  await enterAs(ada, meeting)
  await enterAs(grace, meeting)
  await strangerEnters(meeting, { id: eve.id, person: eve.id, device: freshId(), name: 'Eve' })
  const waits = await listenTo(grace, meeting)
  await waits.next('you')
  const before = (await (await listenTo(ada, meeting)).next('lobby')).waiting
  expect(before.map(({ name }) => name)).toEqual(['Grace', 'Eve'])

  expect((await request(ada, 'POST', `/meetings/${meeting}/leave`)).status).toBe(204)
  await hibernateMeeting(meeting)

  expect(await enterAs(ada, meeting)).toMatchObject({ standing: 'admitted', role: 'host' })
  expect((await (await listenTo(ada, meeting)).next('lobby')).waiting).toEqual(before)
  expect(await actAs(ada, meeting, { act: 'admit', people: [grace.id] })).toBe(204)
  expect(await waits.next('you')).toMatchObject({ standing: 'admitted' })
})

test('[MTG37] the room and Postgres hear who is in a meeting and that it is over, as soon as they can', async () => {
  const { ada, grace, room, meeting } = await three()
  const state = async (person: string) => {
    const asked = service().from('meeting_participants').select('state').eq('meeting_id', meeting)
    return (await asked.eq('participant_id', person).maybeSingle()).data?.state as string | undefined
  }
  await enterAs(ada, meeting)
  await enterAs(grace, meeting)
  await eventually(async () => (await state(ada.id)) === 'joined' && (await state(grace.id)) === 'joined')
  await tellAll(meeting)
  const live = await bodyOf<CallNow>(await request(ada, 'GET', `/rooms/${room}/calls`), 200)
  expect(live.call).toMatchObject({ id: meeting, by: ada.id, people: [ada.id, grace.id].toSorted() })

  await gate('shut')
  expect((await request(grace, 'POST', `/meetings/${meeting}/leave`)).status).toBe(204)
  expect(await actAs(ada, meeting, { act: 'end' })).toBe(204)
  await tellAll(meeting)
  await gate('open')
  expect(await state(grace.id)).toBe('joined')
  // What died before it could tell has it written down.
  await hibernateMeeting(meeting)
  await ringMeeting(meeting, 'record')
  await ringMeeting(meeting, 'room')

  await eventually(async () => (await state(grace.id)) === 'left')
  await eventually(async () => {
    const { data } = await service().from('meetings').select('status').eq('id', meeting).single()
    return data?.status === 'ended'
  })
  await eventually(async () => {
    return (await bodyOf<CallNow>(await request(ada, 'GET', `/rooms/${room}/calls`), 200)).call === null
  })
  const again = await enterAs(grace, meeting)
  expect(again.standing).toBe('over')
})

test('[MTG38] who is no member of the room reads its chat from when they were let in, and until they are out', async () => {
  const { ada, eve, room, meeting } = await three()
  const talk = await enter(ada, room)
  await post(talk, 'Before anyone came.')
  await enterAs(ada, meeting)
  const stranger = { id: eve.id, person: eve.id, device: freshId(), name: 'Eve' }
  expect(await strangerEnters(meeting, stranger)).toEqual({ standing: 'waiting', role: 'speaker' })
  await tellAll(meeting)
  const head = await post(talk, 'Shall we let her in?')
  expect(await meetingOf(meeting).chatPass(eve.id)).toBe(null)

  await actAs(ada, meeting, { act: 'admit', people: 'all' })

  const pass = await meetingOf(meeting).chatPass(eve.id)
  expect(pass).toEqual({ room, from: expect.any(Number), name: 'Eve' })
  expect(pass!.from).toBeGreaterThanOrEqual(head)
  await post(talk, 'Welcome!')
  expect(await meetingOf(meeting).chatPass(eve.id)).toEqual(pass)
  expect(await meetingOf(meeting).chatPass(ada.id)).toBe(null)
  await actAs(ada, meeting, { act: 'eject', person: eve.id })
  expect(await meetingOf(meeting).chatPass(eve.id)).toBe(null)
})

test('[MTG28] whom the room removes is out of its meeting at once', async () => {
  const { ada, grace, room, meeting } = await three()
  await enterAs(ada, meeting)
  await enterAs(grace, meeting)
  await tellAll(meeting)
  const hers = await listenTo(grace, meeting)
  await hers.next('meeting')

  const removal = { command: freshId(), changes: [{ kind: 'remove', person: grace.id }] }
  await bodyOf(await request(ada, 'POST', `/rooms/${room}/members`, removal), 200)

  await hers.until(() => hers.closedWith !== null)
  expect(hers.closedWith).toBe(4403)
  expect(hers.frames.at(-1)).toMatchObject({ t: 'you', standing: 'outside' })
  expect((await request(grace, 'POST', `/meetings/${meeting}/token`)).status).toBe(403)
})

test('[MTG39] a meeting’s socket is for who has entered, and ends with the session', async () => {
  const { ada, grace, eve, meeting } = await three()
  const closedWith = async (wire: Awaited<ReturnType<typeof listenTo>>) => {
    await wire.until(() => wire.closedWith !== null)
    return wire.closedWith
  }
  expect(await closedWith(await listenTo(grace, meeting))).toBe(4403)
  expect(await closedWith(await listenTo({ ...eve, cookies: new Map() }, meeting))).toBe(4401)
  expect(await closedWith(await listenTo(eve, 'nowhere'))).toBe(4403)
  const foreign = await ask(`/meetings/${meeting}/socket`, {
    headers: { upgrade: 'websocket', origin: 'https://elsewhere.test' },
  })
  expect(foreign.status).toBe(403)
  await enterAs(ada, meeting)
  await enterAs(grace, meeting)
  const [hers, hosts] = [await listenTo(grace, meeting), await listenTo(ada, meeting)]

  const { renewal } = await bodyOf<{ renewal: string }>(await request(grace, 'POST', '/auth/refresh'), 200)
  hers.send({ t: 'renew', ticket: renewal })
  expect((await hers.next('renewed')).expiresAt).toBeGreaterThan(Date.now())
  hosts.send({ t: 'renew', ticket: renewal })
  const clock = Date.now
  Date.now = () => clock() + 3_600_000 + 2 * limits.sessionSlackMs
  try {
    await ringMeeting(meeting, 'sessions')
  } finally {
    Date.now = clock
  }
  expect([await closedWith(hers), await closedWith(hosts)]).toEqual([4401, 4401])
})

test('[MTG39] the end of a meeting is told to everyone, and closes their sockets', async () => {
  const { ada, grace, meeting } = await three()
  await enterAs(ada, meeting)
  await enterAs(grace, meeting)
  const hers = await listenTo(grace, meeting)
  await hers.next('meeting')

  expect(await actAs(ada, meeting, { act: 'end' })).toBe(204)

  await hers.until(() => hers.closedWith !== null)
  expect(hers.closedWith).toBe(4403)
  expect(hers.frames.at(-1)).toMatchObject({ t: 'you', standing: 'over' })
})

test('[MTG27] [AC-38] who is lost without a word is out after a while, and a meeting without anyone ends', async () => {
  const { ada, meeting } = await three()
  await enterAs(ada, meeting)
  const socket = await listenTo(ada, meeting)
  await socket.next('meeting')
  const clock = Date.now
  const standing = () => meetingOf(meeting).standingOf(ada.id)
  async function later(ms: number): Promise<void> {
    Date.now = () => clock() + ms
    try {
      await ringMeeting(meeting, 'lapse')
    } finally {
      Date.now = clock
    }
  }

  await later(limits.meetingEmptyMs + 1_000)
  expect(await standing()).toBe('admitted')
  socket.close()
  await socket.until(() => socket.closedWith !== null)
  await later(limits.presenceLeaseMs + limits.meetingEmptyMs + 60_000)

  expect(await standing()).toBe(null)
  expect((await enterAs(ada, meeting)).standing).toBe('over')
})

test('[MTG32] a media server that is away changes nothing of what a host decided, and is asked again', async () => {
  const { ada, grace, meeting } = await three()
  await enterAs(ada, meeting)
  await enterAs(grace, meeting)
  // Nobody listens there: what stands for a media server here is its absence.
  const keys = { LIVEKIT_URL: 'ws://127.0.0.1:9', LIVEKIT_API_KEY: 'APItest', LIVEKIT_API_SECRET: 'x'.repeat(32) }
  await runInDurableObject(meetingOf(meeting), (object) => Object.assign(object['media'], { keys }))
  const report = { id: 'EV_1', at: Date.now(), kind: 'participant_joined', egress: null }
  await meetingOf(meeting).report({ ...report, identity: `${grace.id}:a`, sid: 'PA_1' })

  const answer = await request(ada, 'POST', `/meetings/${meeting}/acts`, { act: 'eject', person: grace.id })

  expect(await bodyOf(answer, 503)).toMatchObject({ type: '/problems/media_away', retryAfterMs: 2_000 })
  expect((await request(grace, 'POST', `/meetings/${meeting}/token`)).status).toBe(403)
  expect((await request(ada, 'POST', `/meetings/${meeting}/token`)).status).toBe(503)
  const looks = await runInDurableObject(meetingOf(meeting), (_, { storage }) =>
    storage.sql.exec<{ due: number }>('select due from chases order by due').toArray(),
  )
  expect(looks).toHaveLength(11)
  expect(looks.at(-1)!.due - looks[0]!.due).toBe(599_000)
})

test('[MTG32] whom a host has put out stays out, also of a meeting that has lost its storage', async () => {
  const { ada, grace, meeting } = await three()
  await enterAs(ada, meeting)
  await enterAs(grace, meeting)
  expect(await actAs(ada, meeting, { act: 'eject', person: grace.id })).toBe(204)
  await eventually(async () => {
    const asked = service().from('meeting_participants').select('state').eq('meeting_id', meeting)
    return (await asked.eq('participant_id', grace.id).single()).data?.state === 'removed'
  })
  await runInDurableObject(meetingOf(meeting), async (_, { storage }) => await storage.deleteAll())
  await hibernateMeeting(meeting)

  expect(await enterAs(ada, meeting)).toMatchObject({ standing: 'admitted', role: 'host' })

  expect(await enterAs(grace, meeting)).toMatchObject({ standing: 'waiting' })
  expect((await request(grace, 'POST', `/meetings/${meeting}/token`)).status).toBe(403)
  expect(await actAs(ada, meeting, { act: 'admit', people: 'all' })).toBe(204)
  expect((await request(grace, 'POST', `/meetings/${meeting}/token`)).status).toBe(403)
})

test('[MTG34] a report without a media server is refused, and so is what is none', async () => {
  const headers = { origin: site, authorization: 'not.a.token' }
  const answer = await ask('/livekit/webhook', { method: 'POST', headers, body: '{}' })
  expect([answer.status, (await answer.json<{ type: string }>()).type]).toEqual([403, '/problems/forbidden'])
})
