import { createHash } from 'node:crypto'
import { runInDurableObject } from 'cloudflare:test'
import { SignJWT } from 'jose'
import { expect, test } from 'vitest'
import { endpoints } from '../../protocol/endpoints.ts'
import { requestLimits } from '../../protocol/limits.ts'
import { app } from '../../worker/app.ts'
import { count } from '../../worker/pace.ts'
import type { Env } from '../../worker/env.ts'
import { bindings } from './support/database.ts'
import { enterAs, meetingIn, meetingOf } from './support/meetings.ts'
import { bodyOf, roomOf, signUp, site, type Person } from './support/people.ts'

/** A worker that counts, by a tenth of what it allows elsewhere: see vitest.config.ts. */
const counting: Env = { ...bindings, PARLEY_RATE_LIMITS: 'on' }

const media = {
  LIVEKIT_URL: 'ws://127.0.0.1:9',
  LIVEKIT_API_KEY: 'APItest',
  LIVEKIT_API_SECRET: 'of 32 bytes or a few more of them',
}

const paces = ['read', 'write', 'costly', 'credentials'] as const

test.each(paces)(
  '[GRD1] of one address, and of one person, no more %s requests are served than a period allows',
  async (pace) => {
    const { periodSeconds } = requestLimits[pace]
    for (const by of ['address', 'person'] as const) {
      const [one, other] = [crypto.randomUUID(), crypto.randomUUID()]

      const refused = await overflow(async () => await count(counting, pace, by, one), requestLimits[pace][by] / 10)

      expect(refused).toMatchObject({ kind: 'slow_down', more: { retryAfterMs: periodSeconds * 1_000 } })
      await count(counting, pace, by, other)
    }
  },
)

test('[GRD1] beyond its limit an address hears slow_down with Retry-After, and others are served', async () => {
  const limit = requestLimits.credentials.address / 10
  const attempt = async (address: string) => await from(address, '/audit', { authorization: 'Bearer guessed' })
  const answers: Response[] = []
  // A period may end on the way, once.
  for (let i = 0; i <= 2 * limit && answers.at(-1)?.status !== 429; i++) answers.push(await attempt('192.0.2.1'))

  const last = answers.at(-1)!
  expect(last.headers.get('retry-after')).toBe('60')
  expect(await bodyOf(last, 429)).toMatchObject({ type: '/problems/slow_down', retryAfterMs: 60_000 })
  expect(answers.length).toBeGreaterThan(limit)
  expect(new Set(answers.slice(0, -1).map(({ status }) => status))).toEqual(new Set([403]))
  expect((await attempt('192.0.2.2')).status).toBe(403)
  expect((await attempt('2001:db8:1:2::1')).status).toBe(403)
})

test('[GRD1] a person is counted by who they are, from whichever address they come', async () => {
  const [ada, grace] = [await signUp('Ada'), await signUp('Grace')]
  const limit = requestLimits.read.person / 10
  let served = 0
  let last = 200
  while (last === 200 && served <= 2 * limit) {
    last = (await as(ada, `2001:db8:${served.toString(16)}::1`)).status
    if (last === 200) served += 1
  }

  expect(last).toBe(429)
  expect(served).toBeGreaterThanOrEqual(limit)
  expect((await as(grace, '192.0.2.9')).status).toBe(200)
})

test('[GRD1] the addresses of one IPv6 network count as one', async () => {
  const limit = requestLimits.credentials.address / 10
  const addresses = ['2001:db8:7:1::', '2001:db8:7:1:', '2001:db8:7:1:0:'].map((start, i) => (n: number) => {
    const host = n.toString(16)
    return i === 0 ? `${start}${host}` : i === 1 ? `${start}:${host}` : `${start}0:0:${host}`
  })
  let last = 403
  for (let n = 1; n <= 2 * limit + 1 && last === 403; n++) {
    last = (await from(addresses[n % 3]!(n), '/audit', {})).status
  }
  expect(last).toBe(429)
})

test('[GRD1] every endpoint has a pace that is counted', () => {
  const all = Object.values(endpoints).flat()
  expect(all.length).toBeGreaterThan(0)
  for (const { pace } of all) expect(paces).toContain(pace)
})

test('[GRD1] [MTG34] five hundred reports of the media server in one burst are all taken', async () => {
  const [ada, grace] = [await signUp('Ada'), await signUp('Grace')]
  const meeting = await meetingIn(await roomOf(ada, grace), ada)
  await enterAs(grace, meeting)
  const burst = Array.from({ length: 250 }, (_, n) => {
    const participant = { identity: `${grace.id}:${n}`, sid: `PA_${n}` }
    return ['participant_joined', 'track_published'].map((event) => ({ event, participant }))
  })

  const answers = await Promise.all(burst.flat().map(async (each) => await report(await signedBody(meeting, each))))

  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 500 }, () => 204))
  const connected = await runInDurableObject(meetingOf(meeting), (_, { storage }) =>
    storage.sql.exec<{ n: number }>('select count(*) as n from connections').one(),
  )
  expect(connected).toEqual({ n: 250 })
})

test('[GRD1] [MTG34] reports that are not signed are counted before they are read, and stand in the way of no signed one', async () => {
  const meeting = crypto.randomUUID()
  let pulled = 0
  const unread = () => new ReadableStream({ pull: () => void (pulled += 1) }, { highWaterMark: 0 })
  const forged = await signedBody(meeting, { event: 'room_started' }, 'another secret of thirty-two bytes')
  const limit = requestLimits.write.address / 10
  const heard: number[] = []
  for (let n = 0; n <= 2 * limit && heard.at(-1) !== 429; n++) {
    const authorization = n % 2 === 0 ? forged.authorization : undefined
    heard.push((await report({ body: unread(), authorization })).status)
  }

  expect(heard.at(-1)).toBe(429)
  expect(heard.length).toBeGreaterThan(limit)
  expect(new Set(heard.slice(0, -1))).toEqual(new Set([403]))
  expect(pulled).toBe(0)
  // Signed for another body: it was read, and counts as the others do.
  const signed = await signedBody(meeting, { event: 'room_started' })
  expect((await report({ ...signed, body: '{}' })).status).toBe(429)
  expect((await report(signed)).status).toBe(204)
})

test('[GRD1] a limiter that fails turns nobody away', async () => {
  const broken = { limit: () => Promise.reject(new Error('away')) }
  await count({ ...counting, RATE_READ_ADDRESS: broken }, 'read', 'address', 'x')
})

interface Report {
  body: string | ReadableStream
  authorization: string | undefined
}

/** What the media server says of a meeting, signed as it signs. */
async function signedBody(meeting: string, event: object, secret: string = media.LIVEKIT_API_SECRET) {
  const room = { name: `m_${meeting}` }
  const body = JSON.stringify({
    id: crypto.randomUUID(),
    createdAt: `${Math.floor(Date.now() / 1_000)}`,
    room,
    ...event,
  })
  const authorization = await new SignJWT({ sha256: createHash('sha256').update(body).digest('base64') })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(media.LIVEKIT_API_KEY)
    .setExpirationTime('5m')
    .sign(new TextEncoder().encode(secret))
  return { body, authorization }
}

async function report({ body, authorization }: Report): Promise<Response> {
  const headers = { 'cf-connecting-ip': '192.0.2.7', 'content-type': 'application/webhook+json' }
  const request = new Request(`${site}/api/v1/livekit/webhook`, {
    ...{ method: 'POST', body, headers: { ...headers, ...(authorization && { authorization }) } },
  })
  return await app.fetch(request, { ...counting, ...media })
}

async function from(address: string, path: string, headers: Record<string, string>): Promise<Response> {
  const request = new Request(`${site}/api/v1${path}`, { headers: { 'cf-connecting-ip': address, ...headers } })
  return await app.fetch(request, counting)
}

async function as(person: Person, address: string): Promise<Response> {
  return await from(address, '/me/blocks', { authorization: `Bearer ${person.cookies.get('parley_access')}` })
}

/** What refuses the first of many requests, once at least `limit` were served. A period that ends on the way begins anew. */
async function overflow(send: () => Promise<void>, limit: number): Promise<unknown> {
  for (let sent = 0; sent <= 5 * limit;) {
    const answers = await Promise.allSettled(Array.from({ length: 20 }, send))
    const refused = answers.find(({ status }) => status === 'rejected') as PromiseRejectedResult | undefined
    sent += answers.filter(({ status }) => status === 'fulfilled').length
    if (refused) return sent >= Math.min(limit, 20) ? refused.reason : `refused after ${sent}`
  }
  return null
}
