import { createScheduledController } from 'cloudflare:test'
import { createHash } from 'node:crypto'
import { SignJWT } from 'jose'
import { beforeEach, expect, test, vi } from 'vitest'
import type { Recording } from '../../protocol/endpoints/recordings.ts'
import type { MeetingDownstream } from '../../protocol/meetings.ts'
import { app } from '../../worker/app.ts'
import worker from '../../worker/index.ts'
import { bindings, service } from './support/database.ts'
import { meetingIn } from './support/meetings.ts'
import { bodyOf, freshId, openSocket, request, roomOf, signUp, site, type Person } from './support/people.ts'
import { Wire } from './support/wire.ts'

const env = {
  ...bindings,
  ...{
    LIVEKIT_URL: 'ws://livekit.test',
    LIVEKIT_API_KEY: 'APItest',
    LIVEKIT_API_SECRET: 'of 32 bytes or a few more of them',
  },
  ...{ RECORDINGS_URL: 'https://s3.test/tapes', RECORDINGS_KEY: 'key', RECORDINGS_SECRET: 'hush' },
}

/** Fakes of what a test cannot run: LiveKit's egress, which needs a browser of its own, and a bucket. */
const egress = { begun: [] as Record<string, unknown>[], stopped: [] as string[], there: true, empty: false }
const bucket = new Map<string, string>()
const locked = new Set<string>()

beforeEach(() => {
  Object.assign(egress, { there: true, empty: false })
  const { fetch } = globalThis
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const asked = new Request(input, init)
    const { host, pathname } = new URL(asked.url)
    if (host === 'livekit.test') return await answered(pathname.split('/').at(-1)!, await asked.json())
    if (host === 's3.test') return kept(asked, pathname)
    return await fetch(input, init)
  })
  return () => vi.restoreAllMocks()
})

async function answered(method: string, body: Record<string, unknown>): Promise<Response> {
  if (!egress.there) return Response.json({ code: 'unavailable', msg: 'no response from servers' }, { status: 503 })
  if (egress.empty) return Response.json({ code: 'not_found', msg: 'requested room does not exist' }, { status: 404 })
  if (method === 'StopEgress') egress.stopped.push(String(body['egress_id']))
  else egress.begun.push(body)
  return Response.json({ egress_id: `EG_${egress.begun.length}_${body['room_name'] as string}` })
}

function kept(asked: Request, path: string): Response {
  if (!asked.headers.get('authorization')?.startsWith('AWS4-HMAC-SHA256 Credential=key/'))
    return new Response('', { status: 403 })
  if (locked.has(path)) return new Response('', { status: 500 })
  const file = bucket.get(path)
  if (file === undefined) return new Response('', { status: 404 })
  if (asked.method === 'DELETE') {
    bucket.delete(path)
    return new Response(null, { status: 204 })
  }
  const range = /^bytes=(\d+)-(\d+)$/.exec(asked.headers.get('range') ?? '')
  if (!range) return new Response(file, { headers: { 'content-type': 'video/mp4' } })
  const [, from = '0', to = '0'] = range
  const headers = { 'content-type': 'video/mp4', 'content-range': `bytes ${from}-${to}/${file.length}` }
  return new Response(file.slice(Number(from), Number(to) + 1), { status: 206, headers })
}

async function at(
  by: Person,
  method: string,
  path: string,
  more: Record<string, string> = {},
  of = env,
): Promise<Response> {
  const cookie = [...by.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  return await app.fetch(
    new Request(`${site}/api/v1${path}`, { method, headers: { origin: site, cookie, ...more } }),
    of,
  )
}

/** What LiveKit says of an egress, signed as it signs. */
async function reports(meeting: string, egressId: string, status: string, more: object = {}): Promise<void> {
  const event = { event: 'egress_updated', id: freshId(), createdAt: `${Math.floor(Date.now() / 1_000)}` }
  const body = JSON.stringify({ ...event, egressInfo: { egressId, roomName: `m_${meeting}`, status, ...more } })
  const token = await new SignJWT({ sha256: createHash('sha256').update(body).digest('base64') })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(env.LIVEKIT_API_KEY)
    .setExpirationTime('1m')
    .sign(new TextEncoder().encode(env.LIVEKIT_API_SECRET))
  const headers = { authorization: token, 'content-type': 'application/webhook+json' }
  const answer = await app.fetch(new Request(`${site}/api/v1/livekit/webhook`, { method: 'POST', body, headers }), env)
  expect(answer.status).toBe(204)
}

async function recordings(by: Person, meeting: string): Promise<Recording[]> {
  return (await bodyOf<{ items: Recording[] }>(await at(by, 'GET', `/meetings/${meeting}/recordings`), 200)).items
}

test('[MTG80] who may records a meeting that is live, and two who begin at once begin one recording', async () => {
  const [ada, grace, eve] = [await signUp('Ada'), await signUp('Grace'), await signUp('Eve')]
  const meeting = await meetingIn(await roomOf(ada, grace), ada)
  const path = `/meetings/${meeting}/recordings`
  const before = egress.begun.length

  expect((await at(eve, 'POST', path)).status).toBe(404)
  expect((await at(grace, 'POST', path)).status).toBe(403)
  const [one, other] = await Promise.all([at(ada, 'POST', path), at(ada, 'POST', path)])

  expect([one.status, other.status].toSorted((a, b) => a - b)).toEqual([200, 201])
  const [first, second] = [await one.json<Recording>(), await other.json<Recording>()]
  expect(first).toEqual({
    ...{ id: second.id, status: 'starting', startedBy: { person: ada.id, name: 'Ada' }, startedAt: first.startedAt },
    ...{ completedAt: null, durationMs: null, sizeBytes: null, mime: 'video/mp4', error: null },
  })
  const s3 = {
    access_key: 'key',
    secret: 'hush',
    region: 'auto',
    endpoint: 'https://s3.test',
    bucket: 'tapes',
    force_path_style: true,
  }
  expect(egress.begun.slice(before)).toEqual([
    {
      ...{ room_name: `m_${meeting}`, layout: 'grid', audio_only: false },
      file_outputs: [{ file_type: 'MP4', filepath: `${meeting}/${first.id}.mp4`, s3 }],
    },
  ])
})

test('[MTG80] without storage, and without an egress service, whoever may record is told what is missing, and nothing runs', async () => {
  const ada = await signUp('Ada')
  const meeting = await meetingIn(await roomOf(ada), ada)
  const path = `/meetings/${meeting}/recordings`
  const { RECORDINGS_URL: _url, RECORDINGS_KEY: _key, RECORDINGS_SECRET: _secret, ...without } = env

  const missing = await bodyOf(await at(ada, 'POST', path, {}, without as typeof env), 503)
  expect(missing).toMatchObject({ type: '/problems/recording_away', detail: 'No storage for recordings is set here.' })
  egress.there = false
  const away = await bodyOf(await at(ada, 'POST', path), 503)
  expect(away).toMatchObject({ type: '/problems/recording_away' })
  const detail = 'The media server cannot record: no egress service is connected to it.'
  expect(away).toMatchObject({ detail })

  Object.assign(egress, { there: true, empty: true })
  expect(await bodyOf(await at(ada, 'POST', path), 409)).toMatchObject({ detail: 'Nobody is in this meeting now.' })

  expect(await recordings(ada, meeting)).toMatchObject([{ status: 'failed', error: detail }])
})

test('[MTG81] everyone in the meeting is told that it is recorded, by whom, and when that is over; what is over stays as it ended', async () => {
  const [ada, grace] = [await signUp('Ada'), await signUp('Grace')]
  const meeting = await meetingIn(await roomOf(ada, grace), ada)
  await bodyOf(await request(grace, 'POST', `/meetings/${meeting}/enter`), 200)
  const hers = new Wire<never, MeetingDownstream>(await openSocket(grace, `/meetings/${meeting}/socket`))
  expect((await hers.next('meeting')).recording).toBeNull()

  const { id } = await bodyOf<Recording>(await at(ada, 'POST', `/meetings/${meeting}/recordings`), 201)
  expect((await hers.next('meeting')).recording).toEqual({ id, status: 'starting', by: 'Ada' })
  const eg = `EG_${egress.begun.length}_m_${meeting}`
  await reports(meeting, eg, 'EGRESS_ACTIVE')
  expect((await hers.next('meeting')).recording).toEqual({ id, status: 'active', by: 'Ada' })
  await bodyOf(await at(ada, 'POST', `/meetings/${meeting}/recordings/${id}/stop`), 200)
  expect((await hers.next('meeting')).recording).toBeNull()
  expect(egress.stopped).toContain(eg)

  const fileResults = [{ filename: `${meeting}/${id}.mp4`, size: '2048', duration: '61000000000' }]
  await reports(meeting, eg, 'EGRESS_COMPLETE', { fileResults })
  await reports(meeting, eg, 'EGRESS_ACTIVE')
  await reports(meeting, eg, 'EGRESS_FAILED', { error: 'too late' })
  expect(await recordings(grace, meeting)).toMatchObject([
    { id, status: 'completed', durationMs: 61_000, sizeBytes: 2_048, error: null, completedAt: expect.any(Number) },
  ])
})

test('[MTG81] a recording that fails says why, also when the media server speaks of it before it has answered', async () => {
  const ada = await signUp('Ada')
  const meeting = await meetingIn(await roomOf(ada), ada)
  await bodyOf(await at(ada, 'POST', `/meetings/${meeting}/recordings`), 201)

  await reports(meeting, `EG_${egress.begun.length}_m_${meeting}`, 'EGRESS_FAILED', { error: 'The disk was full.' })

  expect(await recordings(ada, meeting)).toMatchObject([{ status: 'failed', error: 'The disk was full.' }])
  expect((await at(ada, 'POST', `/meetings/${meeting}/recordings`)).status).toBe(201)
})

test('[MTG81] a report is of the recording whose file it names, and what goes on past Parley is stopped', async () => {
  const ada = await signUp('Ada')
  const meeting = await meetingIn(await roomOf(ada), ada)
  const begin = async () => (await bodyOf<Recording>(await at(ada, 'POST', `/meetings/${meeting}/recordings`), 201)).id
  const of = (recording: string) => ({
    roomComposite: { fileOutputs: [{ filepath: `${meeting}/${recording}.mp4` }] },
  })
  const first = await begin()
  const [lost, told] = ['EG_lost', `EG_${egress.begun.length}_m_${meeting}`]
  await reports(meeting, told, 'EGRESS_FAILED', of(first))
  const second = await begin()
  // As if the answer to its beginning had not come yet.
  const { error } = await service()
    .from('meeting_recordings')
    .update({ livekit_egress_id: `starting:${second}` })
    .eq('id', second)
  expect(error).toBe(null)
  await reports(meeting, lost, 'EGRESS_ACTIVE', of(first))
  await reports(meeting, 'EG_older', 'EGRESS_COMPLETE', of(freshId()))
  expect((await recordings(ada, meeting)).map(({ id, status }) => [id, status])).toEqual([
    [second, 'starting'],
    [first, 'failed'],
  ])
  expect(egress.stopped).toContain(lost)
  const right = `EG_${egress.begun.length}_m_${meeting}`
  await reports(meeting, right, 'EGRESS_ACTIVE', of(second))
  expect((await recordings(ada, meeting))[0]).toMatchObject({ id: second, status: 'active' })
  expect(egress.stopped).not.toContain(right)
})

test('[MTG82] a recording is played in parts to whoever sees the meeting, and who deletes it deletes the file', async () => {
  const [ada, grace, eve] = [await signUp('Ada'), await signUp('Grace'), await signUp('Eve')]
  const meeting = await meetingIn(await roomOf(ada, grace), ada)
  const { id } = await bodyOf<Recording>(await at(ada, 'POST', `/meetings/${meeting}/recordings`), 201)
  const path = `/meetings/${meeting}/recordings/${id}`
  expect((await at(grace, 'GET', `${path}/file`)).status).toBe(404)
  await reports(meeting, `EG_${egress.begun.length}_m_${meeting}`, 'EGRESS_COMPLETE')
  bucket.set(`/tapes/${meeting}/${id}.mp4`, 'moving pictures')

  const part = await at(grace, 'GET', `${path}/file`, { range: 'bytes=0-5' })
  expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([206, 'bytes 0-5/15', 'moving'])
  expect(await (await at(grace, 'GET', `${path}/file`)).text()).toBe('moving pictures')
  expect((await at(eve, 'GET', `${path}/file`)).status).toBe(404)
  expect((await at(grace, 'DELETE', path)).status).toBe(403)
  expect((await at(ada, 'DELETE', path)).status).toBe(204)
  expect([bucket.size, await recordings(ada, meeting)]).toEqual([0, []])
})

test('[MTG82] the file of a recording whose room is no more goes with the chores, also where one before it cannot', async () => {
  const ada = await signUp('Ada')
  const room = await roomOf(ada)
  const meeting = await meetingIn(room, ada)
  const { id } = await bodyOf<Recording>(await at(ada, 'POST', `/meetings/${meeting}/recordings`), 201)
  await reports(meeting, `EG_${egress.begun.length}_m_${meeting}`, 'EGRESS_COMPLETE')
  const [file, stuck] = [`/tapes/${meeting}/${id}.mp4`, `0-${freshId()}.mp4`]
  bucket.set(file, 'moving pictures')
  const doomed = () => service().schema('parley').from('doomed_files')
  expect((await doomed().insert({ path: stuck, due_at: new Date(0).toISOString() })).error).toBe(null)
  locked.add(`/tapes/${stuck}`)
  expect((await request(ada, 'DELETE', `/rooms/${room}`)).status).toBe(204)
  await worker.scheduled(createScheduledController(), env)
  expect(bucket.has(file)).toBe(false)
  const { data } = await doomed()
    .select('path')
    .in('path', [stuck, file.replace('/tapes/', '')])
  expect(data).toEqual([{ path: stuck }])
})
