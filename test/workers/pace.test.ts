import { expect, test } from 'vitest'
import { endpoints } from '../../protocol/endpoints.ts'
import { requestLimits } from '../../protocol/limits.ts'
import { app } from '../../worker/app.ts'
import { count } from '../../worker/pace.ts'
import type { Env } from '../../worker/env.ts'
import { bindings } from './support/database.ts'
import { bodyOf, signUp, site, type Person } from './support/people.ts'

/** A worker that counts, by a tenth of what it allows elsewhere: see vitest.config.ts. */
const counting: Env = { ...bindings, PARLEY_RATE_LIMITS: 'on' }

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

test('[GRD1] a limiter that fails turns nobody away', async () => {
  const broken = { limit: () => Promise.reject(new Error('away')) }
  await count({ ...counting, RATE_READ_ADDRESS: broken }, 'read', 'address', 'x')
})

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
