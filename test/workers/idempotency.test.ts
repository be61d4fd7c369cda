import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { Hono } from 'hono'
import { afterEach, expect, test, vi } from 'vitest'
import * as z from 'zod/mini'
import { people } from '../../protocol/access.ts'
import { endpoint } from '../../protocol/endpoint.ts'
import { limits } from '../../protocol/limits.ts'
import type { App } from '../../worker/env.ts'
import { ProblemError, renderProblem } from '../../worker/problem.ts'
import { requestId } from '../../worker/request-id.ts'
import { serve } from '../../worker/serve.ts'
import { bindings } from './support/database.ts'
import { inInbox } from './support/objects.ts'
import { freshId, signUp, signUpAfresh, site, type Person } from './support/people.ts'

afterEach(() => void vi.useRealTimers())

const order = endpoint({
  ...{ id: 'order', method: 'POST', path: '/orders/{shop}', summary: 'Order', auth: 'session', access: people },
  ...{ pace: 'write', params: { shop: z.string() }, body: z.object({ what: z.string() }), keyed: true },
  ...{ answers: { 201: z.object({ number: z.int(), command: z.string() }) }, problems: [] },
})

/** A shop in which every order is another one. `before` may hold one up, or refuse it. */
function shop(before: () => Promise<void> | void = () => {}) {
  const commands: string[] = []
  const routes = new Hono<App>().use(requestId)
  routes.onError(renderProblem)
  serve(routes, order, async ({ command }) => {
    commands.push(command)
    const number = commands.length
    await before()
    return [201, { number, command }]
  })
  async function buy(person: Person, key: string | null, what = 'tea', path = '/orders/corner') {
    const context = createExecutionContext()
    const answer = await routes.request(
      `${site}${path}`,
      {
        method: 'POST',
        headers: {
          authorization: `Bearer ${person.cookies.get('parley_access')}`,
          ...(key !== null && { 'idempotency-key': key }),
        },
        body: JSON.stringify({ what }),
      },
      bindings,
      context,
    )
    await waitOnExecutionContext(context)
    return { status: answer.status, headers: answer.headers, body: await answer.json<Record<string, unknown>>() }
  }
  return { buy, commands }
}

test('[API8] a repeat under the same key gets the first answer, and nothing is done again', async () => {
  const ada = await signUp('Ada')
  const { buy, commands } = shop()
  const key = freshId()
  const first = await buy(ada, key)
  const again = await buy(ada, key)
  expect(first).toMatchObject({ status: 201, body: { number: 1, command: commands[0] } })
  expect([again.status, again.body]).toEqual([first.status, first.body])
  expect([first, again].map(({ headers }) => headers.get('idempotent-replayed'))).toEqual([null, 'true'])
  expect(commands).toHaveLength(1)
})

test('[API8] without a key, under another, or of another person it is another request', async () => {
  const [ada, grace] = [await signUp('Ada'), await signUp('Grace')]
  const { buy } = shop()
  const key = freshId()
  const numbers = [await buy(ada, key), await buy(ada, null), await buy(ada, freshId()), await buy(grace, key)]
  expect(numbers.map(({ body }) => body['number'])).toEqual([1, 2, 3, 4])
})

test.each([
  ['body', 'coffee', '/orders/corner'],
  ['path', 'tea', '/orders/harbour'],
  ['query', 'tea', '/orders/corner?gift=1'],
])('[API8] the same key with another %s is a conflict', async (_, what, path) => {
  const ada = await signUp('Ada')
  const { buy, commands } = shop()
  const key = freshId()
  await buy(ada, key)
  expect(await buy(ada, key, what, path)).toMatchObject({ status: 409, body: { type: '/problems/conflict' } })
  expect(commands).toHaveLength(1)
})

test('[API8] while the first is under way, a repeat is told to ask again, and then gets its answer', async () => {
  const ada = await signUp('Ada')
  const [begun, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const { buy, commands } = shop(async () => {
    begun.resolve()
    await goOn.promise
  })
  const key = freshId()
  const first = buy(ada, key)
  await begun.promise
  const meanwhile = await buy(ada, key)
  expect(meanwhile).toMatchObject({ status: 409, body: { type: '/problems/conflict', retryAfterMs: 1_000 } })
  expect(meanwhile.headers.get('retry-after')).toBe('1')
  goOn.resolve()
  expect((await first).body).toEqual((await buy(ada, key)).body)
  expect(commands).toHaveLength(1)
})

test.each([
  ['was refused', new ProblemError('room_full'), 409],
  ['met a defect', new Error('broken'), 500],
])('[API8] what %s is carried out by its repeat, under the same command', async (_, error, status) => {
  const ada = await signUp('Ada')
  const errors = [error]
  const { buy, commands } = shop(() => {
    const next = errors.pop()
    if (next) throw next
  })
  const key = freshId()
  expect((await buy(ada, key)).status).toBe(status)
  expect((await buy(ada, key)).status).toBe(201)
  expect(commands).toEqual([commands[0], commands[0]])
})

test('[API8] a request whose worker died is carried out by its repeat a minute later, under the same command', async () => {
  const ada = await signUp('Ada')
  const begun = Promise.withResolvers<void>()
  const { buy, commands } = shop(async () => {
    if (commands.length > 1) return
    begun.resolve()
    await new Promise(() => {})
  })
  const key = freshId()
  void buy(ada, key)
  await begun.promise
  vi.setSystemTime(Date.now() + limits.idempotencyLeaseMs + 1)
  expect(await buy(ada, key)).toMatchObject({ status: 201, body: { command: commands[0] } })
})

test('[API8] a key is kept for a day', async () => {
  const ada = await signUp('Ada')
  const { buy } = shop()
  const key = freshId()
  await buy(ada, key)
  await inInbox(ada.id, (sql) => sql.exec('update keys set at = at - ?', limits.idempotencyMs - 60_000))
  expect((await buy(ada, key)).body['number']).toBe(1)
  await inInbox(ada.id, (sql) => sql.exec('update keys set at = at - 60000'))
  expect((await buy(ada, key)).body['number']).toBe(2)
})

test.each([
  ['!', 201],
  ['~'.repeat(limits.idempotencyKey), 201],
  ['~'.repeat(limits.idempotencyKey + 1), 400],
  ['two words', 400],
  ['', 400],
  ['clé', 400],
])('[API8] the key %j is answered with %i', async (key, status) => {
  const ada = await signUpAfresh('Ada')
  const { buy } = shop()
  expect((await buy(ada, key)).status).toBe(status)
})

test('[API8] as many keys as may be are kept, and one more has to wait for the oldest to go', async () => {
  const ada = await signUpAfresh('Ada')
  const { buy } = shop()
  await inInbox(ada.id, (sql) => {
    sql.exec(
      `insert into keys (key, print, command, at, busy_until)
       select 'k' || value, '', '', ?, 0 from (
         with recursive n (value) as (select 1 union all select value + 1 from n where value < ?) select value from n)`,
      ...[Date.now() - limits.idempotencyMs + 60_000, limits.idempotencyKeys - 1],
    )
  })
  const key = freshId()
  expect((await buy(ada, key)).status).toBe(201)
  const more = await buy(ada, freshId())
  expect(more).toMatchObject({ status: 429, body: { type: '/problems/slow_down' } })
  expect(Number(more.headers.get('retry-after'))).toBeGreaterThan(50)
  // What is kept goes on counting.
  expect((await buy(ada, key)).body['number']).toBe(1)
})

test('[API8] neither the key nor the answer can be read in what is kept', async () => {
  const ada = await signUpAfresh('Ada')
  const { buy, commands } = shop()
  await buy(ada, 'a-secret-of-mine')
  const kept = await inInbox(ada.id, (sql) => sql.exec('select key, print, answer from keys').toArray())
  expect(kept).toHaveLength(1)
  expect(JSON.stringify(kept)).not.toMatch(new RegExp(`secret|number|${commands[0]}`))
})
