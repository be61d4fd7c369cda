import { once } from 'node:events'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createSocket } from 'node:dgram'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { SignJWT } from 'jose'
import { RoomServiceClient, WebhookReceiver } from 'livekit-server-sdk'
import { expect, inject, onTestFinished, test } from 'vitest'
import { builtLiveKit } from '../../scripts/lib/livekit-build.ts'
import { keptLiveKit } from '../../scripts/lib/livekit-choice.ts'
import { startLiveKit } from '../../scripts/lib/livekit.ts'
import { freePort, freeUdpPort } from '../../scripts/lib/ports.ts'

const { apiUrl, apiKey, apiSecret, program, webhookPort } = inject('livekit')
const rooms = new RoomServiceClient(apiUrl, apiKey, apiSecret)

test('the server answers on its port', async () => {
  const answer = await fetch(apiUrl)
  expect({ status: answer.status, body: await answer.text() }).toEqual({ status: 200, body: 'OK' })
})

test('who holds the keys makes a room, and it is listed until it is deleted', async () => {
  const made = await rooms.createRoom({ name: 'engines', maxParticipants: 5 })
  expect(made).toMatchObject({ name: 'engines', maxParticipants: 5, sid: expect.stringMatching(/^RM_/) })
  expect((await rooms.listRooms(['engines'])).map(({ sid }) => sid)).toEqual([made.sid])

  await rooms.deleteRoom('engines')

  expect(await rooms.listRooms(['engines'])).toEqual([])
})

test('other keys are refused, as a key and as a secret', async () => {
  const wrongSecret = new RoomServiceClient(apiUrl, apiKey, 'another secret, of 32 bytes and a few')
  const wrongKey = new RoomServiceClient(apiUrl, 'APIother', apiSecret)
  await expect(wrongSecret.createRoom({ name: 'forged' })).rejects.toMatchObject({ status: 401 })
  await expect(wrongKey.createRoom({ name: 'forged' })).rejects.toMatchObject({ status: 401 })
  expect(await rooms.listRooms(['forged'])).toEqual([])
})

test('a token opens the room that it names, and no room that nobody made', async () => {
  await rooms.createRoom({ name: 'open' })
  onTestFinished(() => rooms.deleteRoom('open'))

  expect((await asked('open')).status).toBe(200)
  expect((await asked('nowhere')).status).toBe(404)
})

test('it takes a token for a minute after its end, so that one of 60 s opens a room for two minutes', async () => {
  await rooms.createRoom({ name: 'late' })
  onTestFinished(() => rooms.deleteRoom('late'))

  expect((await asked('late', -50)).status).toBe(200)
  expect((await asked('late', -70)).status).toBe(401)
})

test('a port that is taken ends the start, with what the server says of it', async () => {
  const other = createSocket('udp4')
  onTestFinished(() => void other.close())
  other.bind(0, '127.0.0.1')
  await once(other, 'listening')
  const folder = mkdtempSync(join(tmpdir(), 'parley-livekit-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))

  const started = startLiveKit({
    ...{ program, folder, apiKey, apiSecret, webhookUrl: 'http://127.0.0.1:9' },
    ports: { http: await freePort(), tcp: 0, udp: other.address().port },
  })

  await expect(started).rejects.toThrow(/^LiveKit did not start: .*address already in use/)
})

test('the configuration in docs/livekit.yaml is one that it reads, every word of it', () => {
  const written = readFileSync(new URL('../../docs/livekit.yaml', import.meta.url), 'utf8')
  const ports = (text: string) => {
    // Asked from outside for its own address, it would have to be let out of this machine.
    const here = text.replace('use_external_ip: true', 'use_external_ip: false\n  node_ip: 127.0.0.1')
    const { stdout, stderr } = spawnSync(program, ['--config-body', here, 'ports'], { encoding: 'utf8' })
    return `${stdout}${stderr}`
  }
  const all = written.replaceAll(/^# (redis:| {2}address:)/gm, '$1')
  expect(all).not.toBe(written)

  for (const said of [ports(written), ports(all)]) {
    for (const port of ['7880', '7881', '50000-60000', '3478', '5349']) expect(said).toContain(port)
  }
  expect(ports(written.replace('auto_create', 'auto_make'))).toContain('field auto_make not found')
})

/** Another one, with nobody in it. */
async function another() {
  const folder = mkdtempSync(join(tmpdir(), 'parley-livekit-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const ports = { http: await freePort(), tcp: 0, udp: await freeUdpPort() }
  const server = await startLiveKit({ program, folder, apiKey, apiSecret, webhookUrl: 'http://127.0.0.1:9', ports })
  onTestFinished(() => server.stop())
  return { server, url: `127.0.0.1:${ports.http}` }
}

test('it is told to stop as soon as it is there, and stops', async () => {
  const { server } = await another()
  await server.stop()
  expect((await server.ended).at(-1)).not.toMatch(/killed/)
})

test('it stops while someone is connected, and does not wait until they go', async () => {
  const { server, url } = await another()
  await new RoomServiceClient(`http://${url}`, apiKey, apiSecret).createRoom({ name: 'last' })
  const socket = new WebSocket(`ws://${url}/rtc?protocol=15&access_token=${await tokenFor('last')}`)
  await once(socket, 'message')

  await server.stop()

  expect((await server.ended).at(-1)).not.toMatch(/killed/)
})

test('what happens is told to the webhook, signed with the key', async () => {
  const told = Promise.withResolvers<{ body: string; token: string; type: string }>()
  const listener = createServer(async (request, response) => {
    const body = await text(request)
    const { authorization = '', 'content-type': type = '' } = request.headers
    response.end()
    if (body.includes('heard')) told.resolve({ body, token: authorization, type })
  })
  listener.listen(webhookPort, '127.0.0.1')
  await once(listener, 'listening')
  onTestFinished(() => void listener.close())

  await rooms.createRoom({ name: 'heard' })
  onTestFinished(() => rooms.deleteRoom('heard'))
  const { body, token, type } = await told.promise

  expect(type).toBe('application/webhook+json')
  const event = await new WebhookReceiver(apiKey, apiSecret).receive(body, token)
  expect(event).toMatchObject({ event: 'room_started', room: { name: 'heard' } })
  await expect(new WebhookReceiver(apiKey, apiSecret).receive(`${body} `, token)).rejects.toThrow('sha256')
  await expect(new WebhookReceiver(apiKey, 'another secret').receive(body, token)).rejects.toThrow('signature')
})

test.runIf(program === keptLiveKit())('what was built once is found again, and not built', async () => {
  const { mtimeMs, ino } = statSync(program)
  const said: string[] = []

  expect(await builtLiveKit('own', (line) => said.push(line))).toBe(program)

  expect(said).toEqual([])
  expect(statSync(program)).toMatchObject({ mtimeMs, ino })
})

/** Asks as a browser does why its socket would be refused. */
async function asked(room: string, secondsLeft = 60): Promise<Response> {
  return await fetch(`${apiUrl}/rtc/validate?access_token=${await tokenFor(room, secondsLeft)}`)
}

async function tokenFor(room: string, secondsLeft = 60): Promise<string> {
  return await new SignJWT({ video: { roomJoin: true, room } })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(apiKey)
    .setSubject('ada')
    .setExpirationTime(Math.floor(Date.now() / 1000) + secondsLeft)
    .sign(new TextEncoder().encode(apiSecret))
}
