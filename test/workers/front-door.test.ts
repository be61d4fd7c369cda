import { createClient } from '@supabase/supabase-js'
import { exportJWK, generateKeyPair, SignJWT, type JWTHeaderParameters } from 'jose'
import { afterEach, expect, test, vi } from 'vitest'
import { secretOf } from '../../durable-objects/env.ts'
import { closeCodes } from '../../protocol/close-codes.ts'
import { limits } from '../../protocol/limits.ts'
import { uuidV8 } from '../../protocol/ids.ts'
import { app } from '../../worker/app.ts'
import { signRenewal } from '../../worker/renewal.ts'
import { dataOf } from '../../worker/supabase.ts'
import { connect, enter, nothing } from './support/client.ts'
import { bindings, gate, marksRow, recorded } from './support/database.ts'
import { flushed, objectOf, ring } from './support/objects.ts'
import { ask, bodyOf, freshId, join, request, roomOf, signUp, signUpAfresh, site } from './support/people.ts'

afterEach(async () => {
  vi.useRealTimers()
  await gate('open')
})

test('[SES1] signing up, out and in: the session lives in cookies that no script can read', async () => {
  const person = await signUpAfresh('Ada')
  expect(await bodyOf(await request(person, 'GET', '/me'), 200)).toEqual({
    person: { id: person.id, name: 'Ada', email: person.email },
    expiresAt: expect.any(Number),
  })

  const spent = { ...person, cookies: new Map(person.cookies) }
  expect((await request(person, 'POST', '/auth/sign-out')).status).toBe(204)
  expect((await request(person, 'GET', '/me')).status).toBe(401)
  expect((await request(spent, 'POST', '/auth/refresh')).status).toBe(401)

  const wrong = await request(person, 'POST', '/auth/sign-in', { email: person.email, password: 'wrong' })
  expect(await bodyOf(wrong, 401)).toMatchObject({ type: '/problems/wrong_credentials' })
  const right = await request(person, 'POST', '/auth/sign-in', { email: person.email, password: 'correct horse' })
  expect(await bodyOf(right, 200)).toMatchObject({ state: 'signed_in', me: { person: { name: 'Ada' } } })
  const [signs, secrets] = [
    right.headers.getSetCookie().filter((cookie) => cookie.startsWith('parley_here=')),
    right.headers.getSetCookie().filter((cookie) => !cookie.startsWith('parley_here=')),
  ]
  expect(signs).toEqual([expect.stringMatching(/^parley_here=1; Max-Age=\d+; Path=\/; Secure; SameSite=Lax$/)])
  for (const cookie of secrets) expect(cookie).toMatch(/; HttpOnly; Secure; SameSite=Lax$/)
  expect((await request(person, 'POST', '/auth/sign-out')).headers.getSetCookie().join()).toContain('parley_here=;')
})

test('[SES2] a refresh gives new tokens and a ticket that moves the end of an open socket', async () => {
  const ada = await signUpAfresh('Ada')
  const room = await roomOf(ada)
  const client = await enter(ada, room)
  const refreshed = await bodyOf<{ expiresAt: number; renewal: string }>(
    await request(ada, 'POST', '/auth/refresh'),
    200,
  )

  client.send({ t: 'renew', ticket: refreshed.renewal })

  expect(await client.next('renewed')).toEqual({ t: 'renewed', expiresAt: expect.any(Number) })
})

test('[SES2] a forged ticket, one of someone else or of another device moves nothing', async () => {
  const [ada, grace] = [await signUp('Ada'), await signUp('Grace')]
  const room = await roomOf(ada)
  const client = await enter(ada, room)
  const device = ada.cookies.get('parley_device')!
  const far = Date.now() + 86_400_000
  const good = { person: ada.id, device, expiresAt: far }
  const tickets = [
    await signRenewal(good, 'another secret', Date.now()),
    await signRenewal({ ...good, person: grace.id }, bindings.PARLEY_SECRET, Date.now()),
    await signRenewal({ ...good, device: crypto.randomUUID() }, bindings.PARLEY_SECRET, Date.now()),
    await signRenewal(good, bindings.PARLEY_SECRET, Date.now() - 2 * limits.renewalMs),
  ]

  for (const ticket of tickets) client.send({ t: 'renew', ticket })
  client.send({ t: 'renew', ticket: await signRenewal(good, bindings.PARLEY_SECRET, Date.now()) })

  expect(await client.next('renewed')).toEqual({ t: 'renewed', expiresAt: far })
  expect(client.frames.filter((frame) => frame.t === 'renewed')).toEqual([])
})

test('[SES2] [DUP2] a secret that is missing, empty or short is a clear error, never a weak key', () => {
  for (const env of [{}, { PARLEY_SECRET: '' }, { PARLEY_SECRET: 'x'.repeat(31) }]) {
    expect(() => secretOf(env)).toThrow(/^PARLEY_SECRET is missing/)
  }
  expect(secretOf({ PARLEY_SECRET: 'x'.repeat(32) })).toBe('x'.repeat(32))
})

test('[CLO1] a socket whose session is over is closed with 4401', async () => {
  const ada = await signUp('Ada')
  const room = await roomOf(ada)
  const soon = Date.now() - limits.sessionSlackMs - 1
  const answer = await objectOf(room).fetch('https://room/socket', {
    headers: {
      upgrade: 'websocket',
      'x-parley-visitor': JSON.stringify({ person: ada.id, device: freshId(), expiresAt: soon }),
    },
  })
  const socket = answer.webSocket!
  socket.accept()
  const closed = new Promise<number>((resolve) => socket.addEventListener('close', ({ code }) => resolve(code)))

  await ring(room, 'sessions')

  expect(await closed).toBe(closeCodes.signIn)
})

test.each([
  ['alg none', () => unsigned({ aud: 'authenticated' })],
  ['another secret', () => signed({}, 'x'.repeat(40))],
  ['another audience', () => signed({ aud: 'other' })],
  ['expired', () => signed({ exp: Math.floor(Date.now() / 1_000) - 10 })],
  ['the anonymous role', () => signed({ role: 'anon' })],
])('[SES3] a token with %s opens nothing', async (_, token) => {
  const answer = await ask('/me', { headers: { authorization: `Bearer ${await token()}` } })
  expect(await bodyOf(answer, 401)).toMatchObject({ type: '/problems/sign_in' })
})

test('[SES3] a bot signs in with a bearer token, without cookies or Origin', async () => {
  const token = await signed({})
  expect((await ask('/me', { headers: { authorization: `Bearer ${token}` } })).status).toBe(200)
})

test('[SES3] [SES4] tokens of a project with signing keys count by its public keys, also while Auth is away', async () => {
  const signing = await generateKeyPair('ES256')
  const other = await generateKeyPair('ES256')
  const publicKey = await exportJWK(signing.publicKey)
  await fetch(`${bindings.SUPABASE_URL}/keys`, {
    method: 'PUT',
    body: JSON.stringify({ keys: [{ ...publicKey, kid: 'now', alg: 'ES256' }] }),
  })
  const status = async (token: string) => (await ask('/me', { headers: { authorization: `Bearer ${token}` } })).status
  const token = await signedBy(signing.privateKey, { alg: 'ES256', kid: 'now' })

  await gate('shut')
  expect(await status(token)).toBe(503)
  await gate('open')
  expect(await status(token)).toBe(200)
  expect(await status(await signedBy(other.privateKey, { alg: 'ES256', kid: 'now' }))).toBe(401)
  expect(await status(await signedBy(other.privateKey, { alg: 'ES256', kid: 'unknown' }))).toBe(401)
  const asSecret = new TextEncoder().encode(JSON.stringify(publicKey))
  expect(await status(await signedBy(asSecret, { alg: 'HS256', kid: 'now' }))).toBe(401)

  await gate('shut')
  vi.setSystemTime(Date.now() + 20 * 60_000)
  expect(await status(token)).toBe(200)

  // A worker that started while Auth was away.
  vi.resetModules()
  const { verifyToken } = await import('../../worker/token.ts')
  expect(await verifyToken(token, bindings)).toMatchObject({ token })
  expect(await verifyToken(await signedBy(other.privateKey, { alg: 'ES256', kid: 'now' }), bindings)).toBe(null)
})

test('[SES3] what a person wrote into their own account data locks nobody out', async () => {
  for (const metadata of [null, { display_name: null }, { display_name: 7 }]) {
    const token = await signed({ user_metadata: metadata })
    const answer = await ask('/me', { headers: { authorization: `Bearer ${token}` } })
    expect(await bodyOf(answer, 200)).toMatchObject({ person: { name: 'bot' } })
  }
})

test('[SES1] signing out after the access token has ended ends the session at Auth all the same', async () => {
  const ada = await signUpAfresh('Ada')
  ada.cookies.delete('parley_access')
  const copied = { ...ada, cookies: new Map(ada.cookies) }

  expect((await request(ada, 'POST', '/auth/sign-out')).status).toBe(204)

  expect((await request(copied, 'POST', '/auth/refresh')).status).toBe(401)
})

test('[ORI1] what changes something and rests on a cookie must come from our own pages', async () => {
  const ada = await signUp('Ada')
  const body = { id: freshId(), name: 'From elsewhere' }
  for (const origin of ['https://evil.test', 'null', '']) {
    const answer = await request(ada, 'POST', '/rooms', body, { origin })
    expect(await bodyOf(answer, 403)).toMatchObject({ type: '/problems/wrong_origin' })
  }
  const socket = await ask(`/rooms/${freshId()}/socket`, {
    headers: { upgrade: 'websocket', origin: 'https://evil.test' },
  })
  expect(socket.status).toBe(403)
})

test('[PRB1] what does not fit is refused with what is wrong, by field; unknown addresses and people too', async () => {
  const bad = await request(null, 'POST', '/auth/sign-up', { email: 'nobody', password: 'short', name: ' ' })
  const problem = await bodyOf<{ errors: { field: string }[] }>(bad, 400)
  expect(bad.headers.get('content-type')).toBe('application/problem+json')
  expect(problem.errors.map((error) => error.field)).toEqual(['email', 'password', 'name'])
  expect((await request(null, 'POST', '/auth/sign-up', undefined)).status).toBe(400)
  expect(await bodyOf(await request(null, 'GET', '/nowhere'), 404)).toMatchObject({ type: '/problems/not_found' })
  expect((await request(null, 'GET', '/rooms')).status).toBe(401)
  const ada = await signUp('Ada')
  const taken = await request(null, 'POST', '/auth/sign-up', {
    email: ada.email,
    password: 'correct horse',
    name: 'Eve',
  })
  expect(await bodyOf(taken, 409)).toMatchObject({ type: '/problems/email_taken' })
})

test('[PRB1] a body that is too large is refused before it is read, and an import may be larger', async () => {
  const large = JSON.stringify({ email: 'a@b', password: 'x'.repeat(limits.frameBytes) })
  const answer = await request(null, 'POST', '/auth/sign-in', { email: 'a@b', password: 'x'.repeat(limits.frameBytes) })
  expect(await bodyOf(answer, 413)).toMatchObject({ type: '/problems/too_large' })
  const streamed = await ask('/auth/sign-in', {
    method: 'POST',
    headers: { origin: site },
    body: new Blob([large]).stream(),
  })
  expect(streamed.status).toBe(413)

  const messages = Array.from({ length: 100 }, (_, i) => ({
    ...{ id: derived(i), at: i, by: null, source: null, text: 'x'.repeat(limits.textBytes) },
  }))
  expect((await importing(await roomOf(await signUp('Ada')), messages)).status).toBe(200)
})

test('[PRB1] a link that was cut off is an unknown link, and a token that the database refuses asks to sign in', async () => {
  const ada = await signUp('Ada')
  expect(await bodyOf(await request(ada, 'GET', '/links/abc'), 404)).toMatchObject({
    type: '/problems/not_found',
    detail: expect.stringContaining('copied whole'),
  })
  expect((await request(ada, 'POST', '/links/abc/join')).status).toBe(404)
  expect(() => dataOf({ data: null, error: { message: 'JWT expired', code: 'PGRST303' }, status: 401 })).toThrow(
    expect.objectContaining({ kind: 'sign_in' }),
  )
})

test('[ROO1] a room is made once, however often it is asked for, and shows in the list with what is new', async () => {
  const [ada, grace] = [await signUpAfresh('Ada'), await signUpAfresh('Grace')]
  const id = freshId()
  expect((await request(ada, 'POST', '/rooms', { id, name: 'Engines' })).status).toBe(201)
  expect((await request(ada, 'POST', '/rooms', { id, name: 'Engines' })).status).toBe(200)
  expect((await request(grace, 'POST', '/rooms', { id, name: 'Mine' })).status).toBe(409)
  await join(grace, ada, id)
  const client = await enter(ada, id)
  client.send({ t: 'post', id: freshId(), text: 'first words' })
  const { seq } = await client.next('ack')
  await flushed(id)

  const { rooms } = await bodyOf<{ rooms: unknown[] }>(await request(grace, 'GET', '/rooms'), 200)

  const last = { seq, by: ada.id, name: 'Ada', text: 'first words' }
  const line = { id, type: 'group', name: 'Engines', role: 'member', memberCount: 2, lastMessageAt: expect.any(Number) }
  expect(rooms).toEqual([{ ...line, unread: 1, last }])
})

test('[HIS1] older pages come from the log or from Postgres, and meet without a hole', async () => {
  const ada = await signUp('Ada')
  const room = await roomOf(ada)
  const client = await enter(ada, room)
  for (let i = 1; i <= 30; i++) client.send({ t: 'post', id: freshId(), text: `${i}` })
  for (let i = 1; i <= 30; i++) await client.next('ack')
  const page = async (before: number) =>
    await bodyOf<{ covers: [number, number]; messages: { seq: number }[]; more: boolean }>(
      await request(ada, 'GET', `/rooms/${room}/messages?limit=12&before=${before}`),
      200,
    )

  const pages = [await page(31), await page(19), await page(7)]

  expect(pages.map(({ covers, more }) => ({ covers, more }))).toEqual([
    { covers: [19, 30], more: true },
    { covers: [7, 18], more: true },
    { covers: [1, 6], more: false },
  ])
  const linus = await signUp('Linus')
  expect((await request(linus, 'GET', `/rooms/${room}/messages`)).status).toBe(404)
})

test('[IMP1] an import keeps order, times and names, adds nothing when repeated, and leaves nothing unread', async () => {
  const [ada, grace] = [await signUp('Ada'), await signUp('Grace')]
  const room = await roomOf(ada, grace)
  const messages = Array.from({ length: 300 }, (_, i) => ({
    ...{ id: derived(i), at: 1_500_000_000_000 + i, by: i % 2 ? grace.id : null },
    ...{ source: { name: `Name ${i % 3}`, source: 'whatsapp' as const }, text: `line ${i}` },
  }))

  expect(await bodyOf(await importing(room, messages), 200)).toEqual({ head: 301, added: 300, repeated: 0 })
  expect(await bodyOf(await importing(room, messages), 200)).toEqual({ head: 301, added: 0, repeated: 300 })

  await flushed(room)
  const kept = (await recorded(room)).filter((message) => !message.system)
  expect(kept.map(({ id, at, by, source, text }) => ({ id, at, by, source, text }))).toEqual(messages)
  expect(await marksRow(room, grace.id)).toEqual({ delivered: 301, read: 301 })
})

test('[IMP2] an import is refused for a room with messages of its own unless it may append, and without the key', async () => {
  const ada = await signUp('Ada')
  const room = await roomOf(ada)
  const client = await enter(ada, room)
  client.send({ t: 'post', id: freshId(), text: 'live' })
  await client.next('ack')
  const messages = [
    { id: derived(1), at: 1, by: null, source: { name: 'Eve', source: 'whatsapp' as const }, text: 'old' },
  ]

  expect(await bodyOf(await importing(room, messages), 409)).toMatchObject({ type: '/problems/room_has_messages' })
  expect((await importing(room, messages, false, ada.cookies.get('parley_access'))).status).toBe(403)
  expect(await bodyOf(await importing(room, messages, true), 200)).toEqual({ head: 2, added: 1, repeated: 0 })
  expect((await importing(freshId(), messages)).status).toBe(404)
})

test('[SES4] with the database away signing in fails clearly and a refresh is no sign-out', async () => {
  const ada = await signUp('Ada')
  await gate('shut')
  try {
    const again = { email: ada.email, password: 'correct horse' }
    expect(await bodyOf(await request(null, 'POST', '/auth/sign-in', again), 503)).toMatchObject({
      type: '/problems/database_away',
      retryAfterMs: expect.any(Number),
    })
    expect((await request(ada, 'POST', '/auth/refresh')).status).toBe(200)
    expect((await request(ada, 'GET', '/me')).status).toBe(200)
    expect((await request(ada, 'GET', '/rooms')).status).toBe(503)
  } finally {
    await gate('open')
  }
})

test('[SES7] Auth hears from which address a person comes, as Cloudflare saw it, and believes no other header', async () => {
  const ada = await signUp('Ada')
  const again = { email: ada.email, password: 'correct horse' }
  const asked = vi.spyOn(globalThis, 'fetch')
  const heard = () => {
    const headers = asked.mock.calls
      .filter(([address]) => new Request(address).url.includes('/auth/v1/token'))
      .map(([, init]) => new Headers(init?.headers))
    asked.mockClear()
    return headers.map((each) => [each.get('apikey'), each.get('sb-forwarded-for'), each.get('x-forwarded-for')])
  }
  const written = { 'x-forwarded-for': '203.0.113.9', 'sb-forwarded-for': '203.0.113.9' }
  try {
    await request(ada, 'POST', '/auth/sign-in', again, { ...written, 'cf-connecting-ip': '198.51.100.7' })
    await request(ada, 'POST', '/auth/refresh', undefined, { ...written, 'cf-connecting-ip': '2001:db8::7' })
    expect(heard()).toEqual([
      [bindings.SUPABASE_ANON_KEY, '198.51.100.7', '198.51.100.7'],
      [bindings.SUPABASE_ANON_KEY, '2001:db8::7', '2001:db8::7'],
    ])

    await request(ada, 'POST', '/auth/sign-in', again, written)
    expect(heard()).toEqual([[bindings.SUPABASE_ANON_KEY, null, null]])

    // A hosted project believes an address beside a secret key alone.
    const headers = { origin: 'http://localhost', 'cf-connecting-ip': '198.51.100.7' }
    const init = { method: 'POST', headers, body: JSON.stringify(again) }
    await app.request('/api/v1/auth/sign-in', init, { ...bindings, SUPABASE_SERVICE_KEY: 'sb_secret_x' })
    expect(heard()).toEqual([['sb_secret_x', '198.51.100.7', '198.51.100.7']])
  } finally {
    asked.mockRestore()
  }
})

test('[CLO2] a direct room opens for its two people alone', async () => {
  const [ada, grace, linus] = [await signUp('Ada'), await signUp('Grace'), await signUp('Linus')]
  const client = createClient(bindings.SUPABASE_URL, bindings.SUPABASE_ANON_KEY, {
    global: { headers: { Authorization: `Bearer ${ada.cookies.get('parley_access')}` } },
  })
  const { data: room } = (await client.rpc('get_or_create_direct_room', { p_other_user: grace.id })) as { data: string }

  expect((await (await connect(grace, room)).hello(nothing)).welcome.room).toMatchObject({ type: 'direct', name: null })
  const stranger = await connect(linus, room)
  await stranger.until(() => stranger.closedWith !== null)
  expect(stranger.closedWith).toBe(closeCodes.notAMember)
  const { rooms } = await bodyOf<{ rooms: { id: string; name: string }[] }>(await request(ada, 'GET', '/rooms'), 200)
  expect(rooms.find(({ id }) => id === room)?.name).toBe('Grace')
})

function derived(i: number): string {
  return uuidV8(new Uint8Array(16).fill(i % 256).fill(Math.floor(i / 256), 0, 2))
}

async function importing(room: string, messages: unknown[], append = false, key = bindings.SUPABASE_SERVICE_KEY) {
  return await ask(`/rooms/${room}/import`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
    body: JSON.stringify({ messages, append }),
  })
}

async function signed(claims: Record<string, unknown>, secret = bindings.SUPABASE_JWT_SECRET!): Promise<string> {
  return await signedBy(new TextEncoder().encode(secret), { alg: 'HS256' }, claims)
}

async function signedBy(
  key: CryptoKey | Uint8Array,
  header: JWTHeaderParameters,
  claims: Record<string, unknown> = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1_000)
  const base = {
    sub: crypto.randomUUID(),
    aud: 'authenticated',
    role: 'authenticated',
    email: 'bot@example.org',
    exp: now + 3_600,
  }
  return await new SignJWT({ ...base, ...claims }).setProtectedHeader(header).sign(key)
}

function unsigned(claims: Record<string, unknown>): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const exp = Math.floor(Date.now() / 1_000) + 60
  return `${part({ alg: 'none' })}.${part({ sub: crypto.randomUUID(), role: 'authenticated', exp, ...claims })}.`
}
