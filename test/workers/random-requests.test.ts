import { Validator } from '@cfworker/json-schema'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { endpoints } from '../../protocol/endpoints.ts'
import { openApi, type Operation } from '../../protocol/openapi.ts'
import type { Meeting } from '../../protocol/meetings.ts'
import { kindOf, Problem } from '../../protocol/problems.ts'
import { enter, post } from './support/client.ts'
import { bindings, gate } from './support/database.ts'
import { meetingIn } from './support/meetings.ts'
import { ask, bodyOf, freshId, request, roomOf, signUpAfresh, site, type Person } from './support/people.ts'
import { Requests, type Known, type RandomRequest } from './support/random-requests.ts'

const seed = 20261123
const document = openApi(endpoints)
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ id: operation.operationId, method, path, operation })),
)

interface Scene {
  ada: Person
  grace: Person
  eve: Person
  known: Known
}

afterAll(async () => await gate('open'))

let kept: Scene | null = null
/** Whether a request has done something since the scene was last looked at. */
let touched = true

/** Ada owns a room that Grace is in and Eve is not. Made anew when a request has taken one of it away. */
async function scene(): Promise<Scene> {
  if (kept && !touched) return kept
  touched = false
  if (kept) {
    const { ada, grace, eve, known } = kept
    const still = await Promise.all([
      ...[ada, grace, eve].map(async (person) => (await request(person, 'GET', '/me')).status === 200),
      ...[ada, grace].map(
        async (person) => (await request(person, 'GET', `/rooms/${known.rooms[0]}/calls`)).status === 200,
      ),
      (async () => {
        const answer = await request(ada, 'GET', `/meetings/${known.meetings[0]}`)
        return answer.status === 200 && ['scheduled', 'live'].includes((await answer.json<Meeting>()).status)
      })(),
    ])
    if (!still.includes(false)) return kept
  }
  const [ada, grace, eve] = await Promise.all([signUpAfresh('Ada'), signUpAfresh('Grace'), signUpAfresh('Eve')])
  const room = await roomOf(ada, grace)
  const talk = await enter(ada, room)
  await post(talk, 'The engine weaves algebraic patterns.')
  const meeting = await meetingIn(room, ada)
  const codeOf = async (path: string) => (await bodyOf<{ code: string }>(await request(ada, 'POST', path), 201)).code
  const codes = [await codeOf(`/rooms/${room}/links`), await codeOf(`/meetings/${meeting}/links`)]
  kept = { ada, grace, eve, known: { rooms: [room], meetings: [meeting], people: [ada.id, grace.id, eve.id], codes } }
  return kept
}

const actors = ['nobody', 'ada', 'grace', 'eve', 'operator', 'forged', 'elsewhere'] as const
type Actor = (typeof actors)[number]

/** What each sends to say who they are: a cookie with our origin, a bearer token, the service key, or what does not count. */
function credentials(actor: Actor, { ada, grace, eve }: Scene): Record<string, string> {
  const cookies = (person: Person) => [...person.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  switch (actor) {
    case 'nobody':
      return { origin: site }
    case 'ada':
      return { origin: site, cookie: cookies(ada) }
    case 'grace':
      return { authorization: `Bearer ${grace.cookies.get('parley_access')}` }
    case 'eve':
      return { origin: site, cookie: cookies(eve) }
    case 'operator':
      return { authorization: `Bearer ${bindings.SUPABASE_SERVICE_KEY}` }
    case 'forged':
      return { authorization: 'Bearer not.a.token' }
    case 'elsewhere':
      return { origin: 'https://elsewhere.test', cookie: cookies(ada) }
  }
}

async function send(method: string, { path, headers, body }: RandomRequest, own: Record<string, string>) {
  const bare = method === 'get' || method === 'head'
  const answer = await ask(path, {
    method: method.toUpperCase(),
    headers: { ...headers, ...own },
    redirect: 'manual',
    ...(body !== null && !bare && { body }),
  })
  if (!bare && answer.status < 400) touched = true
  const socket = answer.webSocket
  socket?.accept()
  socket?.close()
  return { answer, text: socket ? '' : await answer.text() }
}

/** What is wrong with an answer, or null. */
function wrong({ responses, 'x-problems': kinds }: Operation, answer: Response, text: string): string | null {
  const documented = responses[answer.status]
  if (!documented) return 'an undocumented status'
  if (!answer.headers.get('x-request-id')) return 'no request id'
  if (answer.status >= 400) {
    const problem = Problem.safeParse(JSON.parse(text))
    if (!problem.success) return 'no problem'
    return kinds.includes(kindOf(problem.data)) ? null : `an undocumented problem, ${problem.data.type}`
  }
  const schema = documented.content?.['application/json']?.schema
  if (!schema) return documented.content || text === '' ? null : 'a body that is not documented'
  const validator = new Validator({ ...schema, components: document.components }, '2020-12')
  const { valid, errors } = validator.validate(JSON.parse(text))
  return valid ? null : JSON.stringify(errors)
}

/** Whether it is none of the answers that a whole Parley gives. This one has no media server, and says so. */
function failed({ status }: Response, text: string): boolean {
  if (status !== 500 && status !== 503) return false
  const problem = Problem.safeParse(JSON.parse(text))
  return !problem.success || !['media_away', 'recording_away'].includes(kindOf(problem.data))
}

/** Signing up hashes a password, which takes longer than everything else. */
function runs({ 'x-pace': pace }: Operation): number {
  return pace === 'credentials' ? 12 : 40
}

/** Mostly those who get somewhere; where the service key is asked for, whoever holds it. */
function askers({ security }: Operation): fc.Arbitrary<Actor> {
  const first: Actor = security.some((way) => 'serviceKey' in way) ? 'operator' : 'ada'
  return fc.oneof(
    { weight: 5, arbitrary: fc.constant(first) },
    { weight: 4, arbitrary: fc.constantFrom('grace', 'eve') },
    { weight: 3, arbitrary: fc.constantFrom(...actors) },
  )
}

const someone = fc.constantFrom(...actors)
const served = new Set<string>()

test.each(operations)(
  '[API9] random requests to $id get documented answers and nothing else',
  async ({ method, path, operation }) => {
    // What an account's routes end, the next one needs.
    if (operation.tags[0] === 'Accounts') kept = null
    const requests = new Requests(document, (await scene()).known)
    await fc.assert(
      fc.asyncProperty(askers(operation), requests.of(path, operation), async (actor, made) => {
        const { answer, text } = await send(method, made, credentials(actor, await scene()))
        if (answer.status < 400) served.add(operation.operationId)
        const found = failed(answer, text) ? 'a failure' : wrong(operation, answer, text)
        if (found) throw new Error(`${actor}: ${answer.status} has ${found}: ${text.slice(0, 500)}`)
      }),
      { seed, numRuns: runs(operation) },
    )
  },
  60_000,
)

test('[API9] most endpoints have served some of these requests', () => {
  // The others ask for what a mail holds, or for what nobody has made.
  expect(served.size / operations.length).toBeGreaterThan(0.7)
})

test('[API9] other methods than a path has are refused as such, whoever asks', async () => {
  const paths = Object.keys(document.paths)
  const methods = fc.constantFrom('get', 'post', 'put', 'patch', 'delete', 'options', 'propfind')
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), methods, someone, async (path, method, actor) => {
      fc.pre(!(method in document.paths[path]!))
      const filled = path.replaceAll(/\{\w+\}/g, freshId())
      const { answer, text } = await send(
        method,
        { path: filled, headers: {}, body: '{}' },
        credentials(actor, await scene()),
      )
      const kind = kindOf(Problem.parse(JSON.parse(text)))
      // A page elsewhere is not even told this.
      const foreign = actor === 'elsewhere' && !['get', 'options'].includes(method)
      expect([answer.status, kind]).toEqual(foreign ? [403, 'wrong_origin'] : [405, 'method_not_allowed'])
    }),
    { seed, numRuns: 100 },
  )
})

test('[API9] while the database is away, what needs it says so, and nothing else is different', async () => {
  const here = await scene()
  const away = operations.filter(({ operation }) => operation['x-pace'] !== 'credentials')
  await gate('shut')
  try {
    const any = fc.constantFrom(...away).chain((each) => {
      const made = new Requests(document, here.known).of(each.path, each.operation)
      return fc.tuple(fc.constant(each), askers(each.operation), made)
    })
    await fc.assert(
      fc.asyncProperty(any, async ([{ method, operation }, actor, made]) => {
        const { answer, text } = await send(method, made, credentials(actor, here))
        const found = wrong(operation, answer, text)
        if (found)
          throw new Error(`${operation.operationId} as ${actor}: ${answer.status} has ${found}: ${text.slice(0, 500)}`)
      }),
      { seed, numRuns: 150 },
    )
  } finally {
    await gate('open')
    kept = null
  }
}, 120_000)
