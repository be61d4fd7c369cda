import { afterEach, expect, test } from 'vitest'
import type { Endpoint } from '../../protocol/endpoint.ts'
import { endpoints } from '../../protocol/endpoints.ts'
import { problems } from '../../protocol/problems.ts'
import { bindings, gate } from './support/database.ts'
import { ask, bodyOf, freshId, request, roomOf, signUpAfresh, type Person } from './support/people.ts'

afterEach(async () => await gate('open'))

const all = Object.values(endpoints)
  .flat()
  .filter(({ answers }) => !(101 in answers))

// Longer than the 8 s after which an object gives up, and far from the minutes that a dead host would hold a request.
const boundMs = 20_000

const patient = { timeout: 60_000 }

/** What may be said while the database is away: what objects and tokens know, and a clear answer that it is away. */
const clear = new Set([200, 201, 202, 204, 302, ...Object.values(problems).map(({ status }) => status)])
clear.delete(500)

test(
  '[GRD5] while the database refuses, and while it is silent, every route gives a clear answer within seconds',
  patient,
  async () => {
    const ada = await signUpAfresh('Ada')
    // A room that never woke, so that its object needs Postgres too.
    const asleep = await roomOf(ada)
    const wrong: string[] = []
    let away = 0
    for (const fault of ['shut', 'hang'] as const) {
      await gate(fault)
      const answers = await Promise.all(
        all.map(async (endpoint) => ({ endpoint, ...(await timed(ada, endpoint, asleep)) })),
      )
      for (const { endpoint, status, type, retryAfter, ms } of answers) {
        if (!clear.has(status) || ms > boundMs) wrong.push(`${fault}: ${endpoint.id} ${status} ${type} after ${ms} ms`)
        if (type !== '/problems/database_away') continue
        away += 1
        if (retryAfter === null) wrong.push(`${fault}: ${endpoint.id} does not say when to try again`)
      }
      await gate('open')
    }

    expect(wrong).toEqual([])
    expect(away).toBeGreaterThan(20)
  },
)

test('[GRD5] what needs the database says that it is away', async () => {
  const ada = await signUpAfresh('Ada')
  await gate('shut')
  for (const [method, path] of [
    ['GET', '/rooms'],
    ['GET', '/unread'],
    ['POST', `/rooms/${freshId()}/links`],
  ] as const) {
    const answer = await request(ada, method, path)
    expect(await bodyOf(answer, 503)).toMatchObject({ type: '/problems/database_away' })
  }
})

async function timed(person: Person, endpoint: Endpoint, room: string) {
  const started = Date.now()
  const path = endpoint.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => (name === 'room' ? room : freshId()))
  const service = { authorization: `Bearer ${bindings.SUPABASE_SERVICE_KEY}` }
  const answer =
    endpoint.auth === 'service'
      ? await ask(path, { method: endpoint.method, headers: service, ...(endpoint.body ? { body: '{}' } : {}) })
      : await request({ ...person, cookies: new Map(person.cookies) }, endpoint.method, path, bodyFor(endpoint))
  const { type = '' } = (await answer.json().catch(() => ({}))) as { type?: string }
  return { status: answer.status, type, retryAfter: answer.headers.get('retry-after'), ms: Date.now() - started }
}

/** Bodies that fit where a few fields are enough to come as far as the database. */
function bodyFor({ id, body }: Endpoint): unknown {
  const known: Record<string, unknown> = {
    signIn: { email: 'ada@example.org', password: 'correct horse' },
    signUp: { email: 'new@example.org', password: 'correct horse', name: 'New' },
    sendCode: { email: 'ada@example.org' },
    recoverAccount: { email: 'ada@example.org' },
    createRoom: { id: freshId(), name: 'Engines' },
    changeSettings: { readReceipts: false },
    renameMe: { name: 'Ada' },
  }
  return known[id] ?? (body ? {} : undefined)
}
