import { afterEach, expect, test, vi } from 'vitest'
import { app } from '../../worker/app.ts'
import type { Env } from '../../worker/env.ts'
import { bindings, gate } from './support/database.ts'
import { ask, bodyOf, join, request, roomOf, signUp, signUpAfresh, site } from './support/people.ts'

const operator = { authorization: `Bearer ${bindings.SUPABASE_SERVICE_KEY}` }

afterEach(async () => {
  vi.useRealTimers()
  await gate('open')
})

test('[OPS1] /healthz answers while everything else is away, also where nothing is set up', async () => {
  await gate('shut')

  for (const path of ['/healthz', '/api/v1/health']) {
    for (const env of [bindings, {} as Env]) {
      expect(await bodyOf(await at(path, env), 200)).toEqual({ ok: true })
    }
  }
})

test('[OPS2] /readyz names each dependency with its state, and is 503 while one is away', async () => {
  const later = clock()
  const ready = { state: 'ready', ms: expect.any(Number) }
  const all = { auth: ready, data: ready, schema: ready, media: { state: 'unconfigured', ms: 0 } }
  for (const path of ['/readyz', '/api/v1/ready']) {
    later()
    expect(await bodyOf(await at(path), 200)).toEqual({ ready: true, dependencies: all })
  }

  await gate('shut')
  later()
  const answer = await at('/readyz')

  expect(answer.headers.get('retry-after')).toBe('1')
  expect(await bodyOf(answer, 503)).toMatchObject({
    type: '/problems/not_ready',
    detail: 'auth is away, data is away, schema is away.',
    dependencies: {
      auth: { state: 'away', detail: 'It answers 503.' },
      data: { state: 'away' },
      schema: { state: 'away' },
    },
  })
})

test('[OPS2] an address where nobody answers is told from a service that keeps silent', async () => {
  const later = clock()
  later()
  const nobody = await at('/readyz', { ...bindings, SUPABASE_URL: 'http://127.0.0.1:9' })
  await gate('hang')
  later()
  const silent = await at('/readyz')

  const details = async (answer: Response) => {
    const { dependencies } = await bodyOf<{ dependencies: Record<string, { detail?: string }> }>(answer, 503)
    return [dependencies['auth']?.detail, dependencies['data']?.detail]
  }
  expect(await details(nobody)).toEqual(['Nobody answers at its address.', 'Nobody answers at its address.'])
  expect(await details(silent)).toEqual(['No answer within 2 s.', 'No answer within 2 s.'])
})

test('[OPS2] many probes within a second ask once', async () => {
  clock()()
  expect((await at('/readyz')).status).toBe(200)
  await gate('shut')

  expect((await at('/readyz')).status).toBe(200)
})

test('[OPS2] a wrong key and an address where nobody answers are told apart, and no key is in the answer', async () => {
  const later = clock()
  later()
  const wrong = { ...bindings, SUPABASE_SERVICE_KEY: 'x'.repeat(40), SUPABASE_URL: bindings.SUPABASE_URL }
  const refused = await (await at('/readyz', wrong)).text()
  const nobody = await (await at('/readyz', { ...bindings, SUPABASE_URL: 'http://127.0.0.1:9' })).text()

  expect(JSON.parse(refused)).toMatchObject({ dependencies: { data: { state: 'away' }, auth: { state: 'ready' } } })
  expect(JSON.parse(nobody)).toMatchObject({ dependencies: { data: { state: 'away' }, auth: { state: 'away' } } })
  for (const text of [refused, nobody]) {
    expect(text).not.toMatch(/127\.0\.0\.1|xxxx/)
    expect(text).not.toContain(bindings.SUPABASE_ANON_KEY)
  }
})

test('[OPS3] a worker that is not set up says what is wrong of each setting, and what it holds of none', async () => {
  const broken = { ...bindings, SUPABASE_URL: 'project.supabase.co', PARLEY_SECRET: 'short', SUPABASE_ANON_KEY: '' }

  const { detail, type } = await bodyOf<{ type: string; detail: string }>(await at('/api/v1/me', broken), 503)

  expect(type).toBe('/problems/misconfigured')
  expect(detail.split('; ')).toEqual([
    'SUPABASE_URL: the address of the Supabase project, such as https://abc.supabase.co, without a slash at its end',
    "SUPABASE_ANON_KEY: the project's publishable key, or its anon key",
    'PARLEY_SECRET: 32 random bytes or more, in hex: openssl rand -hex 32',
  ])
  expect(detail).not.toContain('short')
})

test('[OPS4] the operator reads who did what page by page, the newest first, and nobody else does', async () => {
  const [ada, grace] = [await signUp('Ada'), await signUp('Grace')]
  const room = await roomOf(ada, grace)
  await join(await signUp('Linus'), ada, room)

  const entries: { id: number; action: string; room: string | null }[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const path = `/audit?limit=3${cursor && `&cursor=${cursor}`}`
    const page: { items: typeof entries; next: string | null } = await bodyOf(
      await ask(path, { headers: operator }),
      200,
    )
    expect(page.items.length).toBeLessThanOrEqual(3)
    entries.push(...page.items)
    cursor = page.next
  }

  expect(entries.map(({ id }) => id)).toEqual(entries.map(({ id }) => id).toSorted((a, b) => b - a))
  expect(new Set(entries.map(({ id }) => id)).size).toBe(entries.length)
  const here = entries.filter((entry) => entry.room === room).map(({ action }) => action)
  expect(here).toEqual(['joined_by_link', 'link_created', 'joined_by_link', 'link_created', 'group_created'])
  expect((await request(ada, 'GET', '/audit')).status).toBe(403)
  expect((await ask('/audit?cursor=x', { headers: operator })).status).toBe(400)
})

test('[OPS4] what someone did to their account stands there too, without what they changed it to', async () => {
  const ada = await signUpAfresh('Ada')
  const [old, next, email] = ['correct horse', 'battery staple', `new.${ada.email}`]
  expect((await request(ada, 'POST', '/auth/password', { current: old, password: next })).status).toBe(204)
  expect((await request(ada, 'POST', '/auth/email', { email, password: next })).status).toBe(202)
  expect((await request(ada, 'POST', '/auth/sign-out', { everywhere: true })).status).toBe(204)

  const page = await bodyOf<{ items: { action: string; person: string; actor: string }[] }>(
    await ask('/audit?limit=200', { headers: operator }),
    200,
  )

  const acts = page.items.filter(({ person }) => person === ada.id)
  expect(acts.map(({ action }) => action)).toEqual([
    ...['signed_out_elsewhere', 'email_change_asked', 'signed_out_elsewhere', 'password_changed'],
  ])
  expect(new Set(acts.map(({ actor }) => actor))).toEqual(new Set([ada.id]))
  expect(JSON.stringify(page)).not.toMatch(/staple|example\.org/)
})

async function at(path: string, env: Env = bindings): Promise<Response> {
  return await app.fetch(new Request(`${site}${path}`), env)
}

/** Turns the clock on by more than an answer of /readyz is kept. */
function clock(): () => void {
  vi.useFakeTimers({ toFake: ['Date'] })
  return () => vi.setSystemTime((turnedTo += 5_000))
}

let turnedTo = Date.now()
