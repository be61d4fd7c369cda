import { generateKeyPair, SignJWT } from 'jose'
import { afterEach, expect, test, vi } from 'vitest'
import type { Refreshed } from '../../protocol/api.ts'
import { closeCodes } from '../../protocol/close-codes.ts'
import { graceAudience } from '../../protocol/grace.ts'
import { limits } from '../../protocol/limits.ts'
import { signRenewal } from '../../worker/renewal.ts'
import { sign } from '../../worker/signed.ts'
import { connect, enter } from './support/client.ts'
import { bindings, gate } from './support/database.ts'
import { flushed, loseStorage, ring } from './support/objects.ts'
import { bodyOf, freshId, request, roomOf, signUp, signUpAfresh, type Person } from './support/people.ts'
import { tokenEnding, withTokenEnding } from './support/tokens.ts'

const minuteMs = 60_000

afterEach(async () => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  await gate('open')
})

test('[SES5] for an hour without Auth open sockets live on and new ones open; afterwards all is as before', async () => {
  const [ada, linus] = [await signUpAfresh('Ada'), await signUp('Linus')]
  const room = await roomOf(ada, linus)
  const start = Date.now()
  ada.cookies.set('parley_access', await tokenEnding(ada, start + 5_000))
  const open = await enter(ada, room)
  await gate('shut')

  for (let atMs = 10_000; atMs < 60 * minuteMs; atMs += 9 * minuteMs) {
    vi.setSystemTime(start + atMs)
    const refreshed = await refresh(ada)
    expect(refreshed).toEqual({
      ...{ expiresAt: start + atMs + limits.graceMs, renewal: expect.any(String), grace: true },
    })
    open.send({ t: 'renew', ticket: refreshed.renewal })
    expect(await open.next('renewed')).toEqual({ t: 'renewed', expiresAt: refreshed.expiresAt })
    await ring(room, 'sessions')
  }
  const id = freshId()
  open.send({ t: 'post', id, text: 'still here' })
  expect(await open.next('ack')).toMatchObject({ id })
  const second = await enter(ada, room)
  second.send({ t: 'typing', on: true })
  expect([open.closedWith, second.closedWith]).toEqual([null, null])

  await gate('open')
  vi.useRealTimers()
  expect(await refresh(ada)).toEqual({ expiresAt: expect.any(Number), renewal: expect.any(String) })
  expect(ada.cookies.has('parley_grace')).toBe(false)
  expect((await request(ada, 'GET', '/rooms')).status).toBe(200)
})

test('[SES5] grace reads what rooms serve; what needs Postgres says that the database is away', async () => {
  const ada = await inGrace(await signUp('Ada'))
  const room = freshId()

  expect(await bodyOf(await request(ada, 'GET', '/me'), 200)).toEqual({
    person: { id: ada.id, name: 'Ada', email: ada.email },
    ...{ expiresAt: expect.any(Number), grace: true },
  })
  // Also while Postgres answers: it would refuse the access token, and the page would ask for another in vain.
  for (const [method, path, body] of [
    ['GET', '/rooms', undefined],
    ['POST', '/rooms', { id: room, name: 'Engines' }],
    ['POST', `/rooms/${room}/links`, undefined],
    ['POST', `/rooms/${room}/ticket`, undefined],
  ] as const) {
    expect(await bodyOf(await request(ada, method, path, body), 503)).toMatchObject({
      type: '/problems/database_away',
      retryAfterMs: expect.any(Number),
    })
  }
})

test('[SES5] [HIS1] in grace the room serves its history to members alone', async () => {
  const [member, stranger] = [await signUp('Ada'), await signUp('Linus')]
  const room = await roomOf(member)
  const client = await enter(member, room)
  client.send({ t: 'post', id: freshId(), text: 'before the outage' })
  const { seq } = await client.next('ack')
  const [ada, linus] = [await inGrace(member), await inGrace(stranger)]

  await gate('shut')

  const page = await bodyOf<{ messages: { text: string }[] }>(await request(ada, 'GET', `/rooms/${room}/messages`), 200)
  expect(page.messages.map(({ text }) => text)).toEqual(['before the outage'])
  expect(seq).toBe(1)
  expect((await request(linus, 'GET', `/rooms/${room}/messages`)).status).toBe(404)
  expect(await closeOf(linus, room)).toBe(closeCodes.notAMember)
})

test('[SES5] [HIS1] in grace what is older than the log of the room waits for Postgres', async () => {
  const ada = await signUp('Ada')
  const room = await roomOf(ada)
  const client = await enter(ada, room)
  client.send({ t: 'post', id: freshId(), text: 'long ago' })
  await client.next('ack')
  await flushed(room)
  await loseStorage(room)
  const page = `/rooms/${room}/messages?before=2`
  expect((await request(ada, 'GET', page)).status).toBe(200)

  expect(await bodyOf(await request(await inGrace(ada), 'GET', page), 503)).toMatchObject({
    type: '/problems/database_away',
  })
})

test.each([
  ['ended more than 4 h ago', (ada: Person) => tokenEnding(ada, Date.now() - limits.graceReachMs - 1_000)],
  ['is forged', (ada: Person) => tokenEnding(ada, Date.now() - 1_000, {}, 'x'.repeat(40))],
  ['has another role', (ada: Person) => tokenEnding(ada, Date.now() - 1_000, { role: 'anon' })],
  ['is no token', () => Promise.resolve('parley')],
])('[SES5] [SES4] an access token that %s gets no grace, and is no sign-out', async (_, token) => {
  const person = await signUp('Ada')
  const room = await roomOf(person)
  const ada = { ...person, cookies: new Map(person.cookies).set('parley_access', await token(person)) }
  await gate('shut')

  expect(await bodyOf(await request(ada, 'POST', '/auth/refresh'), 503)).toMatchObject({
    type: '/problems/database_away',
  })
  expect(ada.cookies.has('parley_grace')).toBe(false)
  expect(ada.cookies.has('parley_refresh')).toBe(true)
  expect((await request(ada, 'GET', '/me')).status).toBe(401)
  expect(await closeOf(ada, room)).toBe(closeCodes.signIn)
})

test('[SES5] grace never reaches beyond 4 h after the end of the access token', async () => {
  const almost = Date.now() - limits.graceReachMs + 2 * minuteMs
  const ada = await withTokenEnding(await signUp('Ada'), almost)
  await gate('shut')

  expect((await refresh(ada)).expiresAt).toBe(Math.floor(almost / 1_000) * 1_000 + limits.graceReachMs)
})

test('[SES5] a grace cookie counts only with our signature, for its purpose, and for 10 minutes', async () => {
  const ada = await withTokenEnding(await signUp('Ada'), Date.now() - 1_000)
  const room = await roomOf(await signUp('Ada'))
  const now = Date.now()
  const person = { id: ada.id, name: 'Ada', email: ada.email }
  const says = { person, expiresAt: now + minuteMs }
  const renewal = { person: ada.id, device: freshId(), expiresAt: now + minuteMs }
  const cookies = [
    await sign(says, graceAudience, now + minuteMs, 'x'.repeat(64)),
    await sign(says, 'parley:other', now + minuteMs, bindings.PARLEY_SECRET),
    await sign(says, graceAudience, now - 2_000, bindings.PARLEY_SECRET),
    await signRenewal(renewal, bindings.PARLEY_SECRET, now),
    'parley',
  ]

  for (const cookie of cookies) {
    ada.cookies.set('parley_grace', cookie)
    expect((await request(ada, 'GET', '/me')).status).toBe(401)
    expect(await closeOf(ada, room)).toBe(closeCodes.signIn)
  }

  const mine = await inGrace(await signUp('Ada'))
  expect((await request(mine, 'GET', '/me')).status).toBe(200)
  vi.setSystemTime(now + limits.graceMs + 2_000)
  expect((await request(mine, 'GET', '/me')).status).toBe(401)
})

test('[SES6] grace is given for silence and 5xx alone, never where Auth says no or wait', async () => {
  const ada = await withTokenEnding(await signUpAfresh('Ada'), Date.now() - 1_000)
  await gate('busy')
  expect((await request(ada, 'POST', '/auth/refresh')).status).toBe(429)
  expect(ada.cookies.has('parley_grace')).toBe(false)

  await gate('open')
  vi.spyOn(globalThis, 'fetch').mockRejectedValueOnce(new TypeError('Network connection lost.'))
  expect(await refresh(ada)).toMatchObject({ grace: true })
  expect(ada.cookies.has('parley_grace')).toBe(true)

  ada.cookies.set('parley_refresh', 'withdrawn')
  expect((await request(ada, 'POST', '/auth/refresh')).status).toBe(401)
  expect([...ada.cookies.keys()]).toEqual(['parley_device'])
})

test('[SES6] signing out while Auth is away ends grace too', async () => {
  const ada = await inGrace(await signUpAfresh('Ada'))
  await gate('shut')

  expect((await request(ada, 'POST', '/auth/sign-out')).status).toBe(204)

  expect([...ada.cookies.keys()]).toEqual(['parley_device'])
  expect((await request(ada, 'GET', '/me')).status).toBe(401)
  expect((await request(ada, 'POST', '/auth/refresh')).status).toBe(401)
})

test('[SES5] the cookie is HttpOnly and short, and a line of the log counts it', async () => {
  const ada = await withTokenEnding(await signUp('Ada'), Date.now() - 5_000)
  const said = vi.spyOn(console, 'warn').mockReturnValue(undefined)
  await gate('shut')

  const answer = await request(ada, 'POST', '/auth/refresh')

  const [cookie] = answer.headers.getSetCookie()
  expect(cookie).toMatch(/^parley_grace=[^;]+; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
  const lines = said.mock.calls.map(([line]) => String(line)).filter((line) => line.startsWith('{'))
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    { level: 'warn', metric: 'grace', endedMsAgo: expect.any(Number), requestId: answer.headers.get('x-request-id') },
  ])
})

test('[SES5] [SES4] grace counts also where no key is at hand to verify access tokens with', async () => {
  const ada = await inGrace(await signUp('Ada'))
  const { privateKey } = await generateKeyPair('ES256')
  const token = await new SignJWT({}).setProtectedHeader({ alg: 'ES256', kid: 'now' }).sign(privateKey)
  ada.cookies.set('parley_access', token)
  await gate('shut')

  expect((await request(ada, 'GET', '/me')).status).toBe(200)
  ada.cookies.delete('parley_grace')
  expect((await request(ada, 'GET', '/me')).status).toBe(503)
})

async function refresh(person: Person): Promise<Refreshed> {
  return await bodyOf<Refreshed>(await request(person, 'POST', '/auth/refresh'), 200)
}

/** This person's browser with an access token that has ended, and grace instead. */
async function inGrace(person: Person): Promise<Person> {
  const browser = await withTokenEnding(person, Date.now() - 1_000)
  await gate('shut')
  await refresh(browser)
  await gate('open')
  return browser
}

async function closeOf(person: Person, room: string): Promise<number | null> {
  const client = await connect(person, room)
  await client.until(() => client.closedWith !== null)
  return client.closedWith
}
