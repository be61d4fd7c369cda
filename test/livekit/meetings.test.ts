import { createHash, randomUUID } from 'node:crypto'
import { decodeJwt, SignJWT } from 'jose'
import { RoomServiceClient } from 'livekit-server-sdk'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import type { Entered, MediaToken, MeetingDownstream } from '../../protocol/meetings.ts'
import { Caller } from './support/caller.ts'
import { launchWithMedia } from './support/meet.ts'
import { freshId, Person, startParley, type Parley } from './support/parley.ts'

let parley: Parley
let browser: Browser

beforeAll(async () => {
  browser = await launchWithMedia()
  parley = await startParley()
  await vi.waitFor(async () => expect((await fetch(apiUrl())).status).toBe(200), { timeout: 60_000 })
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await parley?.stop()
})

function apiUrl(): string {
  return parley.system.livekit().replace(/^ws/, 'http')
}

function rooms(): RoomServiceClient {
  const { livekitKey, livekitSecret } = parley.system.keys
  return new RoomServiceClient(apiUrl(), livekitKey, livekitSecret)
}

/** Looks until it is so. */
async function until<T>(look: () => Promise<T> | T): Promise<T> {
  return await vi.waitFor(look, { timeout: 20_000, interval: 50 })
}

interface Scene {
  ada: Person
  grace: Person
  room: string
  meeting: string
}

/** Ada has begun a meeting in a room that she shares with Grace. */
async function begun(more: { lobby?: 'everyone' } = {}): Promise<Scene> {
  const [ada, grace] = [await Person.signUp(parley.system, 'Ada'), await Person.signUp(parley.system, 'Grace')]
  const [room, meeting] = [freshId(), freshId()]
  await ada.get('POST', '/rooms', { id: room, name: 'Analytical engines' })
  const { code } = await ada.get<{ code: string }>('POST', `/rooms/${room}/links`)
  await grace.get('POST', `/links/${code}/join`)
  const asked = parley.sql.json({ id: meeting, room, media: 'video', ...more })
  const [made] = await parley.sql`select parley.create_meeting(${ada.id}, ${asked}) as answer`
  expect(made!['answer']).toMatchObject({ outcome: 'created' })
  return { ada, grace, room, meeting }
}

const enter = (person: Person, meeting: string) => person.get<Entered>('POST', `/meetings/${meeting}/enter`)
const tokenOf = (person: Person, meeting: string) => person.get<MediaToken>('POST', `/meetings/${meeting}/token`)
const act = (person: Person, meeting: string, what: object) => person.get('POST', `/meetings/${meeting}/acts`, what)

async function calls(person: Person, meeting: string): Promise<{ caller: Caller; token: MediaToken }> {
  await enter(person, meeting)
  const token = await tokenOf(person, meeting)
  const caller = await Caller.open(browser)
  await caller.join(token)
  return { caller, token }
}

/** Who is in the call, by name, as the meeting says last. */
function present(frames: MeetingDownstream[]): string[] {
  const last = frames.findLast((frame) => frame.t === 'meeting')
  return last?.people.flatMap(({ name, here }) => (here ? [name] : [])) ?? []
}

/** The token that the media server gives to whoever is connected: the same, for ten minutes more. */
async function refreshed({ token }: MediaToken): Promise<string> {
  const { exp: _, nbf: __, ...claims } = decodeJwt(token)
  return await new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('10m')
    .sign(new TextEncoder().encode(parley.system.keys.livekitSecret))
}

test('[MTG30] [AC-39] before admission there is no token; after it two people hear each other, and the meeting sees both', async () => {
  const { ada, grace, meeting } = await begun({ lobby: 'everyone' })
  expect(await enter(grace, meeting)).toMatchObject({ standing: 'waiting' })
  const refused = await grace.ask('POST', `/meetings/${meeting}/token`)
  expect([refused.status, ((await refused.json()) as { type: string }).type]).toEqual([403, '/problems/not_admitted'])
  const hers = await calls(ada, meeting)
  const frames = await ada.listen(meeting)
  await act(ada, meeting, { act: 'admit', people: [grace.id] })

  const other = await calls(grace, meeting)

  const { video, sub, name, metadata } = decodeJwt<Record<string, unknown>>(other.token.token)
  expect({ video, sub, name, metadata }).toEqual({
    video: {
      ...{ roomJoin: true, room: `m_${meeting}`, canPublish: true, canSubscribe: true, canPublishData: false },
      canPublishSources: ['camera', 'microphone', 'screen_share', 'screen_share_audio'],
      canUpdateOwnMetadata: false,
    },
    ...{ sub: expect.stringMatching(`^${grace.id}:`), name: 'Grace', metadata: '{"role":"speaker"}' },
  })
  await until(() => expect(present(frames)).toEqual(['Ada', 'Grace']))
  await until(async () => expect((await hers.caller.look()).others).toEqual([other.token.identity]))
  await until(async () => {
    const rows = await parley.sql`select participant_id as id, state from public.meeting_participants
      where meeting_id = ${meeting} order by joined_at`
    expect([...rows].map(({ id, state }) => [id, state])).toEqual([
      [ada.id, 'joined'],
      [grace.id, 'joined'],
    ])
  })
  await other.caller.leave()
  await until(() => expect(present(frames)).toEqual(['Ada']))
})

test('[MTG31] a host mutes one and all, and makes a speaker a viewer, at the media server itself', async () => {
  const { ada, grace, meeting } = await begun()
  await calls(ada, meeting)
  const { caller } = await calls(grace, meeting)
  const frames = await grace.listen(meeting)
  await caller.speak()
  expect((await caller.look()).speaks).toBe(true)

  await act(ada, meeting, { act: 'mute', person: grace.id, track: 'microphone' })

  await until(async () => expect((await caller.look()).speaks).toBe(false))
  await until(() => expect(frames.at(-1)).toEqual({ t: 'asked', what: 'muted', by: 'Ada' }))
  await caller.speak()
  await act(ada, meeting, { act: 'mute_all' })
  await until(async () => expect((await caller.look()).speaks).toBe(false))
  await act(ada, meeting, { act: 'role', person: grace.id, role: 'viewer' })
  await until(async () => expect((await caller.look()).mayPublish).toBe(false))
})

test('[MTG32] who was put out and returns with the old or the refreshed token is out again within seconds', async () => {
  const { ada, grace, meeting } = await begun()
  await calls(ada, meeting)
  const { caller, token } = await calls(grace, meeting)
  const frames = await ada.listen(meeting)
  await until(() => expect(present(frames)).toEqual(['Ada', 'Grace']))

  await act(ada, meeting, { act: 'eject', person: grace.id })

  await until(async () => expect((await caller.look()).gone).toBe('PARTICIPANT_REMOVED'))
  expect((await grace.ask('POST', `/meetings/${meeting}/token`)).status).toBe(403)
  for (const again of [token.token, await refreshed(token)]) {
    const returned = Date.now()
    // It may be put out before it is through.
    await caller.join({ url: token.url, token: again }).catch(() => {})
    await until(async () => {
      expect((await caller.look()).state).toBe('disconnected')
      const listed = await rooms().listParticipants(`m_${meeting}`)
      expect(listed.map(({ identity }) => identity).filter((identity) => identity.startsWith(grace.id))).toEqual([])
    })
    expect(Date.now() - returned).toBeLessThan(10_000)
  }
  await until(() => expect(present(frames)).toEqual(['Ada']))
})

test('[MTG40] a device whose session is ended is out of the call, also with the refreshed token, and others stay', async () => {
  const { ada, grace, meeting } = await begun()
  await calls(ada, meeting)
  const laptop = await grace.again()
  const [phone, other] = [await calls(grace, meeting), await calls(laptop, meeting)]
  await until(async () => {
    const listed = await rooms().listParticipants(`m_${meeting}`)
    expect(listed.map(({ identity }) => identity)).toEqual(
      expect.arrayContaining([phone.token.identity, other.token.identity]),
    )
  })

  await laptop.get('DELETE', `/me/devices/${phone.token.identity.split(':')[1]}`)

  await until(async () => expect((await phone.caller.look()).gone).toBe('PARTICIPANT_REMOVED'))
  expect((await grace.ask('POST', `/meetings/${meeting}/token`)).status).toBe(401)
  await phone.caller.join({ url: phone.token.url, token: await refreshed(phone.token) }).catch(() => {})
  await until(async () => {
    const listed = await rooms().listParticipants(`m_${meeting}`)
    expect(listed.map(({ identity }) => identity)).not.toContain(phone.token.identity)
    expect((await phone.caller.look()).state).toBe('disconnected')
  })
  expect((await other.caller.look()).state).toBe('connected')
})

test('[MTG33] the end for all ends the call at the media server, and no token opens it again', async () => {
  const { ada, grace, meeting } = await begun()
  const first = await calls(ada, meeting)
  const { caller, token } = await calls(grace, meeting)

  await act(ada, meeting, { act: 'end' })

  await until(async () => expect((await caller.look()).gone).toBe('ROOM_DELETED'))
  await until(async () => expect((await first.caller.look()).state).toBe('disconnected'))
  await expect(caller.join(token)).rejects.toThrow()
  await expect(caller.join({ url: token.url, token: await refreshed(token) })).rejects.toThrow()
  expect((await grace.ask('POST', `/meetings/${meeting}/token`)).status).toBe(404)
  await until(async () => {
    const [row] = await parley.sql`select status, ended_at from public.meetings where id = ${meeting}`
    expect(row).toEqual({ status: 'ended', ended_at: expect.any(Date) })
  })
})

test('[MTG34] reports with a wrong signature are refused; those that come twice or late change nothing', async () => {
  const { ada, grace, meeting } = await begun()
  await calls(ada, meeting)
  await enter(grace, meeting)
  const frames = await ada.listen(meeting)
  await until(() => expect(present(frames)).toEqual(['Ada']))
  const { livekitKey, livekitSecret } = parley.system.keys
  const address = `${parley.system.pageUrl}/api/v1/livekit/webhook`
  const device = randomUUID()
  const report = (event: string, sid: string, id = randomUUID()) =>
    JSON.stringify({
      ...{ event, id, createdAt: `${Math.floor(Date.now() / 1_000)}`, room: { name: `m_${meeting}` } },
      participant: { identity: `${grace.id}:${device}`, sid },
    })
  async function send(body: string, by = { key: livekitKey, secret: livekitSecret, signed: body }): Promise<number> {
    const token = await new SignJWT({ sha256: createHash('sha256').update(by.signed).digest('base64') })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer(by.key)
      .setExpirationTime('5m')
      .sign(new TextEncoder().encode(by.secret))
    const headers = { authorization: token, 'content-type': 'application/webhook+json' }
    return (await fetch(address, { method: 'POST', headers, body })).status
  }
  const joined = report('participant_joined', 'PA_one')
  const wrong = 'another secret, of 32 bytes and a few'
  expect(await send(joined, { key: livekitKey, secret: wrong, signed: joined })).toBe(403)
  expect(await send(joined, { key: 'APIother', secret: livekitSecret, signed: joined })).toBe(403)
  expect(await send(joined, { key: livekitKey, secret: livekitSecret, signed: `${joined} ` })).toBe(403)
  expect((await fetch(address, { method: 'POST', body: joined })).status).toBe(403)
  expect(present(frames)).toEqual(['Ada'])

  // The end of a connection arrives before its beginning; what was said is said again.
  const [left, again] = [report('participant_left', 'PA_one'), report('participant_joined', 'PA_two')]
  for (const body of [left, joined, joined, left]) expect(await send(body)).toBe(204)
  expect(present(frames)).toEqual(['Ada'])
  expect(await send(again)).toBe(204)
  await until(() => expect(present(frames)).toEqual(['Ada', 'Grace']))

  // Nobody is connected by this name, and the media server does not list them.
  await until(() => expect(present(frames)).toEqual(['Ada']))
  onTestFinished(() => act(ada, meeting, { act: 'end' }).then(() => {}))
})
