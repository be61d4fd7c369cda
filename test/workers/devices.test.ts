import { afterEach, expect, test, vi } from 'vitest'
import type { Refreshed } from '../../protocol/api.ts'
import { closeCodes } from '../../protocol/close-codes.ts'
import type { Device } from '../../protocol/endpoints/devices.ts'
import { upgradeFor } from '../../durable-objects/visitor.ts'
import { Client, connect, enter } from './support/client.ts'
import { bindings, gate } from './support/database.ts'
import { connectInbox, openInbox } from './support/device.ts'
import { deviceName } from '../../worker/user-agent.ts'
import { enterAs, listenTo, meetingIn, meetingOf, strangerEnters } from './support/meetings.ts'
import { bumped, crashInbox, inInbox, objectOf, ringInbox } from './support/objects.ts'
import { ask, bodyOf, request, roomOf, signUpAfresh, type Person } from './support/people.ts'
import { tokenEnding, withTokenEnding } from './support/tokens.ts'

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

afterEach(async () => {
  vi.restoreAllMocks()
  await gate('open')
})

test('[DEV1] a person sees where they are signed in, by plain names, and which of them asks', async () => {
  const ada = await signUpAfresh('Ada')
  const laptop = await signedInAgain(ada, firefox)
  const token = ada.cookies.get('parley_access')!

  const all = await devicesOf(laptop)

  expect(all.map(({ device, name, current }) => ({ device, name, current }))).toEqual(
    expect.arrayContaining([
      { device: deviceOf(laptop), name: 'Firefox on Linux', current: true },
      { device: deviceOf(ada), name: 'A program', current: false },
    ]),
  )
  expect(all).toHaveLength(2)
  // A bot is its sign-in, and is listed once it asks.
  const bot = await ask('/me/devices', { headers: { authorization: `Bearer ${token}` } })
  const { devices } = await bodyOf<{ devices: Device[] }>(bot, 200)
  expect(devices.filter(({ current }) => current)).toHaveLength(1)
  expect(devices.map(({ device }) => device)).toEqual(expect.arrayContaining([deviceOf(laptop), deviceOf(ada)]))
})

test('[DEV1] signing out takes a device off the list; signing in again brings it back under its id', async () => {
  const ada = await signUpAfresh('Ada')
  const phone = await signedInAgain(ada)
  const id = deviceOf(phone)
  await request(phone, 'POST', '/auth/sign-out')
  expect((await devicesOf(ada)).map(({ device }) => device)).toEqual([deviceOf(ada)])

  await request(phone, 'POST', '/auth/sign-in', { email: ada.email, password })

  expect(deviceOf(phone)).toBe(id)
  expect((await devicesOf(ada)).map(({ device }) => device).sort()).toEqual([id, deviceOf(ada)].sort())
})

test('[DEV2] a revoked device is out before it is answered: its sockets, its session, its renewals', async () => {
  const ada = await signUpAfresh('Ada')
  const [phone, room] = [await signedInAgain(ada), await roomOf(ada)]
  const [inRoom, inbox, mine] = [await enter(phone, room), await openInbox(phone), await enter(ada, room)]
  const copied = { ...phone, cookies: new Map(phone.cookies) }

  expect((await request(ada, 'DELETE', `/me/devices/${deviceOf(phone)}`)).status).toBe(204)

  for (const socket of [inRoom, inbox]) {
    await socket.until(() => socket.closedWith !== null)
    expect(socket.closedWith).toBe(closeCodes.signIn)
  }
  expect(mine.closedWith).toBe(null)
  expect((await request(phone, 'POST', '/auth/refresh')).status).toBe(401)
  // Its access token has most of an hour left, and opens no socket, whatever device it says it is.
  copied.cookies.set('parley_device', crypto.randomUUID())
  const bearer = { authorization: `Bearer ${copied.cookies.get('parley_access')}` }
  for (const open of [connect(copied, room), connectInbox(copied), connect(nobody, room, bearer)]) {
    const socket = await open
    await socket.until(() => socket.closedWith !== null)
    expect(socket.closedWith).toBe(closeCodes.signIn)
  }
  expect((await ask('/auth/renewal', { method: 'POST', headers: bearer })).status).toBe(401)
  expect((await devicesOf(ada)).map(({ device }) => device)).toEqual([deviceOf(ada)])
  expect((await request(ada, 'POST', '/auth/refresh')).status).toBe(200)
})

test('[DEV2] [SES5] while Auth is away a revoked device gets no grace, and what it has opens nothing', async () => {
  const ada = await signUpAfresh('Ada')
  const [phone, room] = [await signedInAgain(ada), await roomOf(ada)]
  const ended = await withTokenEnding(phone, Date.now() - 1_000)
  await enter(ada, room)
  await gate('shut')
  await bodyOf<Refreshed>(await request(ended, 'POST', '/auth/refresh'), 200)
  const inGrace = await enter(ended, room)
  await gate('open')

  expect((await request(ada, 'DELETE', `/me/devices/${deviceOf(phone)}`)).status).toBe(204)

  await inGrace.until(() => inGrace.closedWith !== null)
  await gate('shut')
  // The cookie of grace has minutes left.
  const again = await connect(ended, room)
  await again.until(() => again.closedWith !== null)
  expect([inGrace.closedWith, again.closedWith]).toEqual([closeCodes.signIn, closeCodes.signIn])
  expect((await request(ended, 'POST', '/auth/refresh')).status).toBe(401)
})

test('[MTG40] a session that is ended is out of the meetings that it came to, and others of the person stay', async () => {
  const [ada, grace] = [await signUpAfresh('Ada'), await signUpAfresh('Grace')]
  const [phone, meeting] = [await signedInAgain(ada), await meetingIn(await roomOf(ada, grace), grace)]
  const knocks = await meetingIn(await roomOf(grace), grace, { lobby: 'everyone' })
  const stranger = { id: ada.id, person: ada.id, device: deviceOf(phone), name: 'Ada' }
  await enterAs(ada, meeting)
  expect(await strangerEnters(knocks, stranger)).toMatchObject({ standing: 'waiting' })
  const [inCall, waits] = [await listenTo(phone, meeting), await listenTo(phone, knocks)]
  const mine = await listenTo(ada, meeting)
  const copied = { ...phone, cookies: new Map(phone.cookies) }

  expect((await request(ada, 'DELETE', `/me/devices/${deviceOf(phone)}`)).status).toBe(204)

  for (const socket of [inCall, waits, await listenTo(copied, meeting)]) {
    await socket.until(() => socket.closedWith !== null)
    expect(socket.closedWith).toBe(closeCodes.signIn)
  }
  expect(await meetingOf(knocks).standingOf(ada.id)).toBe('outside')
  expect(await meetingOf(meeting).standingOf(ada.id)).toBe('admitted')
  expect(mine.closedWith).toBe(null)

  expect((await request(ada, 'POST', '/auth/sign-out', { everywhere: true })).status).toBe(204)

  await mine.until(() => mine.closedWith !== null)
  expect(mine.closedWith).toBe(closeCodes.signIn)
  expect(await meetingOf(meeting).standingOf(ada.id)).toBe('outside')
})

test('[MTG40] a session that ends between the inbox’s word and the meeting’s opens no socket there', async () => {
  const [ada, grace] = [await signUpAfresh('Ada'), await signUpAfresh('Grace')]
  const meeting = await meetingIn(await roomOf(ada, grace), grace)
  await enterAs(ada, meeting)
  const visitor = { person: ada.id, device: deviceOf(ada), expiresAt: Date.now() + 60_000 }
  await meetingOf(meeting).endSessions(ada.id, { ids: [visitor.device], before: null, except: null })

  const socket = new Client((await meetingOf(meeting).fetch(upgradeFor(visitor))).webSocket!)

  await socket.until(() => socket.closedWith !== null)
  expect(socket.closedWith).toBe(closeCodes.signIn)
})

test('[MTG40] an inbox remembers the 256 meetings that its person came to last, and all that are owed a word', async () => {
  const ada = await signUpAfresh('Ada')
  const visitor = { person: ada.id, device: deviceOf(ada), expiresAt: Date.now() + 60_000 }
  await inInbox(ada.id, (sql) => {
    const put = `insert into meetings (meeting, at, owed) with recursive n(i) as (select 1 union all select i + 1 from n where i < 300)
      select 'm' || i, ? + i, i = 1 from n`
    sql.exec(put, Date.now() - 60_000)
    sql.exec("insert into meetings (meeting, at) values ('long ago', ?)", Date.now() - 8 * 86_400_000)
  })

  await bindings.INBOX.get(bindings.INBOX.idFromName(ada.id)).attend('new', visitor)

  const left = await inInbox(ada.id, (sql) => sql.exec<{ meeting: string }>('select meeting from meetings').toArray())
  const expected = ['m1', 'new', ...Array.from({ length: 255 }, (_, n) => `m${n + 46}`)]
  expect(left.map(({ meeting }) => meeting).sort()).toEqual(expected.sort())
})

test('[DEV2] a room that cannot be told at once hears of it later, also when the inbox dies meanwhile', async () => {
  const ada = await signUpAfresh('Ada')
  const [phone, room] = [await signedInAgain(ada), await roomOf(ada)]
  const inbox = await openInbox(ada)
  await inbox.line(room, () => true)
  const inRoom = await enter(phone, room)
  await inInbox(ada.id, (sql) => {
    // As the revocation leaves it when it could tell nobody.
    const put = 'insert into endings (person, id, before, until) values (?, ?, 0, ?)'
    sql.exec(put, ada.id, deviceOf(phone), Date.now() + 60_000)
    sql.exec('insert into farewells (room) values (?)', room)
    sql.exec("insert or replace into agenda (kind, due) values ('farewells', 0)")
  })
  await crashInbox(ada.id)

  await ringInbox(ada.id, 'farewells')

  await inRoom.until(() => inRoom.closedWith !== null)
  expect(inRoom.closedWith).toBe(closeCodes.signIn)
  expect(await inInbox(ada.id, (sql) => sql.exec('select * from farewells').toArray())).toEqual([])
})

test.each(['with', 'without'])(
  '[DEV2] a room that a copied token comes into afterwards hears of it, %s a device that listens',
  async (listening) => {
    const [ada, grace] = [await signUpAfresh('Ada'), await signUpAfresh('Grace')]
    const [phone, room] = [await signedInAgain(ada), await roomOf(grace)]
    const inbox = listening === 'with' ? await openInbox(ada) : null
    const bearer = { authorization: `Bearer ${phone.cookies.get('parley_access')}` }
    await enter(grace, room)
    await request(ada, 'DELETE', `/me/devices/${deviceOf(phone)}`)
    const { code } = await bodyOf<{ code: string }>(await request(grace, 'POST', `/rooms/${room}/links`), 201)
    expect((await ask(`/links/${code}/join`, { method: 'POST', headers: bearer })).status).toBe(200)

    const socket = await connect(nobody, room, bearer)
    await bumped(room)
    await inbox?.line(room, () => true)
    await ringInbox(ada.id, 'farewells')
    await socket.until(() => socket.closedWith !== null)

    expect(socket.closedWith).toBe(closeCodes.signIn)
    expect((await enter(ada, room)).closedWith).toBe(null)
  },
)

test('[DEV2] whoever signs in again on a revoked browser is on another device', async () => {
  const ada = await signUpAfresh('Ada')
  const phone = await signedInAgain(ada)
  const revoked = deviceOf(phone)
  await request(ada, 'DELETE', `/me/devices/${revoked}`)

  await request(phone, 'POST', '/auth/sign-in', { email: ada.email, password })

  expect(deviceOf(phone)).not.toBe(revoked)
  expect((await devicesOf(phone)).find(({ current }) => current)?.device).toBe(deviceOf(phone))
  expect((await request(phone, 'POST', '/auth/refresh')).status).toBe(200)
})

test('[DEV2] a session that ends while a room wakes for its socket is out all the same', async () => {
  const ada = await signUpAfresh('Ada')
  const room = objectOf(await roomOf(ada))
  const visitor = { person: ada.id, device: deviceOf(ada), expiresAt: Date.now() + 60_000 }
  // Nobody has woken it yet, so the first one waits for Postgres.
  const opening = room.fetch(upgradeFor(visitor, {}))
  await room.endSessions(ada.id, { ids: [visitor.device], before: null, except: null })

  const socket = new Client((await opening).webSocket!)

  await socket.until(() => socket.closedWith !== null)
  expect(socket.closedWith).toBe(closeCodes.signIn)
})

test('[DEV2] revoking the device that asks signs it out', async () => {
  const ada = await signUpAfresh('Ada')
  expect((await request(ada, 'DELETE', `/me/devices/${deviceOf(ada)}`)).status).toBe(204)
  expect((await request(ada, 'GET', '/me')).status).toBe(401)
})

test('[DEV3] a person names their devices, and nobody else’s are there for them', async () => {
  const [ada, grace] = [await signUpAfresh('Ada'), await signUpAfresh('Grace')]
  const path = `/me/devices/${deviceOf(ada)}`

  expect((await request(ada, 'PATCH', path, { name: ' Kitchen ' })).status).toBe(204)

  expect((await devicesOf(ada))[0]?.name).toBe('Kitchen')
  for (const [method, body] of [
    ['PATCH', { name: 'mine' }],
    ['DELETE', undefined],
  ] as const) {
    expect(await bodyOf(await request(grace, method, path, body), 404)).toMatchObject({ type: '/problems/not_found' })
  }
  expect((await request(ada, 'PATCH', path, { name: ' ' })).status).toBe(400)
  expect((await request(ada, 'POST', '/auth/refresh')).status).toBe(200)
})

test('[DEV5] a browser that two people use is a device of each, and neither takes the other’s', async () => {
  const [ada, grace] = [await signUpAfresh('Ada'), await signUpAfresh('Grace')]
  const browser: Person = { ...grace, cookies: new Map(ada.cookies) }

  await bodyOf(await request(browser, 'POST', '/auth/sign-in', { email: grace.email, password }), 200)

  expect(deviceOf(browser)).not.toBe(deviceOf(ada))
  expect((await devicesOf(browser)).find(({ current }) => current)?.device).toBe(deviceOf(browser))
  expect((await devicesOf(ada)).map(({ device }) => device)).toEqual([deviceOf(ada)])
})

test('[DEV1] while the list cannot be written signing in and refreshing go on', async () => {
  const ada = await signUpAfresh('Ada')
  const real = globalThis.fetch
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const { pathname } = new URL(new Request(input).url)
    return pathname.startsWith('/rest/') ? new Response(null, { status: 503 }) : await real(input, init)
  })

  expect((await request(ada, 'POST', '/auth/refresh')).status).toBe(200)
  expect((await request(ada, 'POST', '/auth/sign-in', { email: ada.email, password })).status).toBe(200)
  expect((await request(ada, 'GET', '/me')).status).toBe(200)
})

test('[ACC6] a token that names no sign-in ends with all that were made before it', async () => {
  const ada = await signUpAfresh('Ada')
  const room = await roomOf(ada)
  const old = await tokenEnding(ada, Date.now() + 600_000, {
    session_id: undefined,
    iat: Math.floor(Date.now() / 1_000) - 5,
  })
  const bearer = { authorization: `Bearer ${old}` }
  const before = await connect(nobody, room, bearer)
  await request(ada, 'POST', '/auth/sign-out', { everywhere: true })
  await before.until(() => before.closedWith !== null)
  const after = await connect(nobody, room, bearer)
  await after.until(() => after.closedWith !== null)
  expect([before.closedWith, after.closedWith]).toEqual([closeCodes.signIn, closeCodes.signIn])
})

test.each([
  ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox on Linux'],
  [windows('Chrome/140.0.0.0 Safari/537.36'), 'Chrome on Windows'],
  [windows('Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0'), 'Edge on Windows'],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15',
    'Safari on Mac',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1',
    'Safari on iPhone',
  ],
  ['Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36', 'Chrome on Android'],
  ['curl/8.5.0', 'A program'],
  ['', 'A program'],
])('[DEV1] a device is named plainly after %s: %s', (userAgent, name) => {
  expect(deviceName(userAgent)).toBe(name)
})

const password = 'correct horse'
const nobody: Person = { name: '', id: '', email: '', cookies: new Map() }

async function devicesOf(person: Person): Promise<Device[]> {
  return (await bodyOf<{ devices: Device[] }>(await request(person, 'GET', '/me/devices'), 200)).devices
}

function deviceOf(person: Person): string {
  return person.cookies.get('parley_device')!
}

/** The same person on another device. */
async function signedInAgain(person: Person, userAgent = 'curl/8'): Promise<Person> {
  const device = { ...person, cookies: new Map<string, string>() }
  const asked = { email: person.email, password }
  await bodyOf(await request(device, 'POST', '/auth/sign-in', asked, { 'user-agent': userAgent }), 200)
  return device
}

function windows(rest: string): string {
  return `Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) ${rest}`
}
