import { afterEach, expect, test, vi } from 'vitest'
import type { Refreshed, SocketTicket } from '../../protocol/api.ts'
import { closeCodes } from '../../protocol/close-codes.ts'
import { limits } from '../../protocol/limits.ts'
import { ticketPrefix } from '../../protocol/ticket.ts'
import { signRenewal } from '../../worker/renewal.ts'
import { signTicket } from '../../worker/ticket.ts'
import { Client, nothing } from './support/client.ts'
import { bindings } from './support/database.ts'
import { hibernate } from './support/objects.ts'
import { ask, bodyOf, freshId, request, roomOf, signUp, signUpAfresh, type Person } from './support/people.ts'
import { tokenEnding } from './support/tokens.ts'

const elsewhere = 'https://embedder.test'

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

test('[TIC1] a page of another origin opens a socket with a ticket that its own server fetched', async () => {
  const ada = await signUp('Ada')
  const room = await roomOf(ada)
  const before = Date.now()
  const headers = { authorization: `Bearer ${ada.cookies.get('parley_access')}` }
  const answer = await ask(`/rooms/${room}/ticket`, { method: 'POST', headers })
  const { ticket, expiresAt } = await bodyOf<SocketTicket>(answer, 201)
  expect(expiresAt - before).toBeLessThan(limits.ticketMs + 5_000)

  const handshake = await shake(room, ticket)

  expect([...handshake.headers]).toEqual([
    ['sec-websocket-protocol', 'parley'],
    ['x-request-id', expect.any(String)],
  ])
  const client = new Client(handshake.webSocket!)
  expect((await client.hello(nothing)).welcome.me).toBe(ada.id)
  const id = freshId()
  client.send({ t: 'post', id, text: 'from a page elsewhere' })
  expect(await client.next('ack')).toMatchObject({ id })
})

test('[TIC1] [BOT2] a socket that a ticket opened lives on by the renewals of the token that asked for the ticket', async () => {
  const ada = await signUp('Ada')
  const room = await roomOf(ada)
  const headers = { authorization: `Bearer ${await tokenEnding(ada, Date.now() + 5_000)}` }
  const asked = await ask(`/rooms/${room}/ticket`, { method: 'POST', headers })
  const client = new Client((await shake(room, (await bodyOf<SocketTicket>(asked, 201)).ticket)).webSocket!)
  await client.hello(nothing)
  const next = { authorization: `Bearer ${await tokenEnding(ada, Date.now() + 3_600_000)}` }
  const renewed = await bodyOf<Refreshed>(await ask('/auth/renewal', { method: 'POST', headers: next }), 200)

  client.send({ t: 'renew', ticket: renewed.renewal })

  expect(await client.next('renewed')).toEqual({ t: 'renewed', expiresAt: renewed.expiresAt })
})

test('[TIC1] a ticket opens one socket: used again it is closed with 4401, also after the room slept', async () => {
  const ada = await signUp('Ada')
  const room = await roomOf(ada)
  const ticket = await ticketFor(ada, room)
  const first = new Client((await shake(room, ticket)).webSocket!)
  await first.hello(nothing)

  expect(await closeOf(room, ticket)).toBe(closeCodes.signIn)
  await hibernate(room)
  expect(await closeOf(room, ticket)).toBe(closeCodes.signIn)

  first.send({ t: 'typing', on: true })
  expect(first.closedWith).toBe(null)
  const another = new Client((await shake(room, await ticketFor(ada, room))).webSocket!)
  expect((await another.hello(nothing)).welcome.me).toBe(ada.id)
})

test('[TIC1] of two sockets that come with the same ticket at once, one opens', async () => {
  const ada = await signUp('Ada')
  const room = await roomOf(ada)
  const ticket = await ticketFor(ada, room)

  const both = (await Promise.all([shake(room, ticket), shake(room, ticket)])).map(
    ({ webSocket }) => new Client(webSocket!),
  )
  await Promise.race(both.map((client) => client.until(() => client.closedWith !== null)))

  const open = both.filter(({ closedWith }) => closedWith === null)
  expect(both.map(({ closedWith }) => closedWith)).toContain(closeCodes.signIn)
  expect(open).toHaveLength(1)
  expect((await open[0]!.hello(nothing)).welcome.me).toBe(ada.id)
})

test('[TIC1] a ticket of another room, over, forged, or of another purpose is closed with 4401', async () => {
  const ada = await signUp('Ada')
  const [room, other] = [await roomOf(ada), await roomOf(ada)]
  const now = Date.now()
  const ends = { login: null, issuedAt: null, expiresAt: now + 3_600_000 }
  const says = { id: freshId(), room, person: ada.id, device: freshId(), ...ends }
  const tickets = [
    await ticketFor(ada, other),
    await signTicket(says, bindings, now - limits.ticketMs - 1_000),
    await signTicket(says, { ...bindings, PARLEY_SECRET: 'x'.repeat(64) }, now),
    await signRenewal({ person: ada.id, device: freshId(), expiresAt: now }, bindings.PARLEY_SECRET, now),
    ada.cookies.get('parley_access')!,
    '',
  ]

  for (const ticket of tickets) expect(await closeOf(room, ticket)).toBe(closeCodes.signIn)

  const late = await ticketFor(ada, room)
  vi.setSystemTime(now + limits.ticketMs + 2_000)
  expect(await closeOf(room, late)).toBe(closeCodes.signIn)
})

test('[TIC1] [DEV2] a ticket is of the sign-in that asked for it: it ends with it, whatever device it names, and not with others', async () => {
  const ada = await signUpAfresh('Ada')
  const room = await roomOf(ada)
  const signIn = async (person: Person) => {
    await bodyOf(await request(person, 'POST', '/auth/sign-in', { email: ada.email, password: 'correct horse' }), 200)
    return person
  }
  const phone = await signIn({ ...ada, cookies: new Map<string, string>() })
  const copied = { ...phone, cookies: new Map(phone.cookies).set('parley_device', freshId()) }
  await request(ada, 'DELETE', `/me/devices/${phone.cookies.get('parley_device')}`)

  expect(await closeOf(room, await ticketFor(copied, room))).toBe(closeCodes.signIn)

  await request(ada, 'POST', '/auth/sign-out', { everywhere: true })
  const again = new Client((await shake(room, await ticketFor(await signIn(ada), room))).webSocket!)
  expect((await again.hello(nothing)).welcome.me).toBe(ada.id)
})

test('[TIC1] [CLO2] a ticket makes nobody a member, and only who is signed in gets one', async () => {
  const [ada, linus] = [await signUp('Ada'), await signUp('Linus')]
  const room = await roomOf(ada)

  expect(await closeOf(room, await ticketFor(linus, room))).toBe(closeCodes.notAMember)
  expect((await request(null, 'POST', `/rooms/${room}/ticket`)).status).toBe(401)
  expect((await request(ada, 'POST', `/rooms/${room}/ticket`, undefined, { origin: elsewhere })).status).toBe(403)
  const handshake = await ask(`/rooms/${room}/socket`, {
    headers: { upgrade: 'websocket', origin: elsewhere, 'sec-websocket-protocol': 'parley' },
  })
  expect(handshake.status).toBe(403)
})

test('[TIC2] a ticket stands in no address, no answer and no log', async () => {
  const ada = await signUp('Ada')
  const room = await roomOf(ada)
  const ticket = await ticketFor(ada, room)
  const said = (['log', 'info', 'warn', 'error'] as const).map((level) => vi.spyOn(console, level))

  const handshakes = [await shake(room, ticket), await shake(room, ticket), await shake(freshId(), ticket)]

  const heard = [...handshakes.map(({ headers }) => [...headers]), ...said.map(({ mock }) => mock.calls)]
  expect(JSON.stringify(heard)).not.toContain(ticket.slice(-20))
})

async function ticketFor(person: Person, room: string): Promise<string> {
  return (await bodyOf<SocketTicket>(await request(person, 'POST', `/rooms/${room}/ticket`), 201)).ticket
}

/** The handshake of a page elsewhere, which has no cookie of ours. */
async function shake(room: string, ticket: string): Promise<Response> {
  return await ask(`/rooms/${room}/socket`, {
    headers: {
      ...{ upgrade: 'websocket', origin: elsewhere },
      'sec-websocket-protocol': `parley, ${ticketPrefix}${ticket}`,
    },
  })
}

async function closeOf(room: string, ticket: string): Promise<number | null> {
  const client = new Client((await shake(room, ticket)).webSocket!)
  await client.until(() => client.closedWith !== null)
  return client.closedWith
}
