import { afterEach, expect, test, vi } from 'vitest'
import type { Refreshed } from '../../protocol/api.ts'
import { closeCodes } from '../../protocol/close-codes.ts'
import { limits } from '../../protocol/limits.ts'
import { Client, nothing } from './support/client.ts'
import { inStorage, ring } from './support/objects.ts'
import { ask, bodyOf, freshId, request, roomOf, signUp } from './support/people.ts'
import { tokenEnding } from './support/tokens.ts'

afterEach(() => void vi.useRealTimers())

test('[BOT1] a bot opens a socket with its bearer token, without Origin or cookies, and talks', async () => {
  const bot = await signUp('Robot')
  const room = await roomOf(bot)

  const client = await connectBot(room, await tokenEnding(bot, Date.now() + 60_000))

  expect((await client.hello(nothing)).welcome.me).toBe(bot.id)
  const id = freshId()
  client.send({ t: 'post', id, text: 'beep' })
  expect(await client.next('ack')).toMatchObject({ id })
})

test('[BOT1] [CLO1] a bearer token that does not count is closed with 4401, whatever cookies come along', async () => {
  const bot = await signUp('Robot')
  const room = await roomOf(bot)
  const cookie = `parley_access=${bot.cookies.get('parley_access')}`
  const tokens = [
    await tokenEnding(bot, Date.now() - 1_000),
    await tokenEnding(bot, Date.now() + 60_000, {}, 'x'.repeat(40)),
    await tokenEnding(bot, Date.now() + 60_000, { role: 'anon' }),
  ]

  for (const token of tokens) {
    const client = await connectBot(room, token, { cookie })
    await client.until(() => client.closedWith !== null)
    expect(client.closedWith).toBe(closeCodes.signIn)
  }
})

test('[BOT2] a bot renews its sockets with a ticket for its next token, and they outlive the first', async () => {
  const bot = await signUp('Robot')
  const room = await roomOf(bot)
  const now = Date.now()
  const client = await connectBot(room, await tokenEnding(bot, now + 5_000))
  expect((await client.hello(nothing)).welcome.expiresAt).toBe(seconds(now + 5_000))
  const refreshed = await renewal(await tokenEnding(bot, now + 3_600_000))
  expect(refreshed.expiresAt).toBe(seconds(now + 3_600_000))

  client.send({ t: 'renew', ticket: refreshed.renewal })

  expect(await client.next('renewed')).toEqual({ t: 'renewed', expiresAt: refreshed.expiresAt })
  vi.setSystemTime(now + 5_000 + limits.sessionSlackMs + 1)
  await ring(room, 'sessions')
  expect(client.closedWith).toBe(null)
  const [due] = await inStorage(room, (sql) => sql.exec("select due from agenda where kind = 'sessions'").toArray())
  expect(due).toEqual({ due: refreshed.expiresAt + limits.sessionSlackMs })
})

test.each([
  ['its sign-in', { session_id: crypto.randomUUID() }, { session_id: crypto.randomUUID() }],
  ['the one bot of its person, where Auth names no sign-in', { session_id: undefined }, {}],
])('[BOT1] the device of a bot is %s, the same for every token that it refreshes to', async (_, login, another) => {
  const bot = await signUp('Robot')
  const room = await roomOf(bot)
  const now = Date.now()
  const client = await connectBot(room, await tokenEnding(bot, now + 5_000, login))
  await client.hello(nothing)
  const foreign = await renewal(await tokenEnding(bot, now + 60_000, another))
  const own = await renewal(await tokenEnding(bot, now + 120_000, login))

  for (const { renewal } of [foreign, own]) client.send({ t: 'renew', ticket: renewal })

  expect(await client.next('renewed')).toEqual({ t: 'renewed', expiresAt: seconds(now + 120_000) })
  expect(client.frames.filter((frame) => frame.t === 'renewed')).toEqual([])
})

test('[BOT2] a renewal is for bearer tokens that count; a browser with cookies refreshes instead', async () => {
  const bot = await signUp('Robot')
  const over = await tokenEnding(bot, Date.now() - 1_000)
  expect((await ask('/auth/renewal', { method: 'POST', headers: { authorization: `Bearer ${over}` } })).status).toBe(
    401,
  )
  expect((await request(bot, 'POST', '/auth/renewal')).status).toBe(401)
})

async function connectBot(room: string, token: string, more: Record<string, string> = {}): Promise<Client> {
  const headers = { upgrade: 'websocket', authorization: `Bearer ${token}`, ...more }
  return new Client((await ask(`/rooms/${room}/socket`, { headers })).webSocket!)
}

async function renewal(token: string): Promise<Refreshed> {
  const headers = { authorization: `Bearer ${token}` }
  return await bodyOf<Refreshed>(await ask('/auth/renewal', { method: 'POST', headers }), 200)
}

/** A time as a token can say it. */
function seconds(timeMs: number): number {
  return Math.floor(timeMs / 1_000) * 1_000
}
