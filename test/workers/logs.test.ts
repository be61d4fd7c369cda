import { afterEach, expect, test, vi } from 'vitest'
import { app } from '../../worker/app.ts'
import { withoutSecrets } from '../../durable-objects/log.ts'
import { enter } from './support/client.ts'
import { bindings, gate } from './support/database.ts'
import { flushed } from './support/objects.ts'
import { ask, bodyOf, freshId, join, request, roomOf, signUp, signUpAfresh, site } from './support/people.ts'

afterEach(async () => {
  vi.restoreAllMocks()
  await gate('open')
})

/** Everything that is logged from now on. */
function listen(): { text(): string; lines(): Record<string, unknown>[] } {
  const levels = ['log', 'info', 'warn', 'error', 'debug'] as const
  const spies = levels.map((level) => vi.spyOn(console, level).mockImplementation(() => {}))
  const said = () => spies.flatMap(({ mock }) => mock.calls.map((call) => call.map(String).join(' ')))
  return {
    text: () => said().join('\n'),
    lines: () => said().flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Record<string, unknown>] : [])),
  }
}

test('[OPS5] a request is one line: its id, method, route, status, time and person', async () => {
  const ada = await signUp('Ada')
  const room = await roomOf(ada)
  const heard = listen()

  const answer = await request(ada, 'GET', `/rooms/${room}/messages?limit=3`)
  await request(null, 'GET', '/me/blocks')

  const [first, second] = heard.lines()
  expect(first).toEqual({
    ...{ level: 'info', requestId: answer.headers.get('x-request-id'), method: 'GET', status: 200 },
    ...{ route: '/api/v1/rooms/:room/messages', ms: expect.any(Number), person: ada.id },
  })
  expect(second).toMatchObject({ status: 401, route: '/api/v1/me/blocks', person: null })
})

test('[OPS5] every line is JSON, also of what fails in objects, and no password, token, code, key, address or text of anybody stands in it', async () => {
  const heard = listen()
  const ada = await signUpAfresh('Ada')
  const grace = await signUpAfresh('Grace')
  const room = await roomOf(ada)
  const link = await bodyOf<{ code: string }>(await request(ada, 'POST', `/rooms/${room}/links`), 201)
  await join(grace, ada, room)
  const secrets = {
    password: `hunter2-${freshId()}`,
    text: `Nobody may read this ${freshId()}`,
    query: `sought-${freshId()}`,
    code: link.code,
    address: ada.email,
    name: `Countess ${freshId().slice(-6)}`,
  }
  const tokens = [...ada.cookies.values(), bindings.SUPABASE_SERVICE_KEY, bindings.PARLEY_SECRET]
  const everything = async () => {
    await request(null, 'POST', '/auth/sign-in', { email: secrets.address, password: secrets.password })
    await request(null, 'POST', '/auth/sign-up', {
      email: secrets.address,
      password: secrets.password,
      name: secrets.name,
    })
    await request(ada, 'PATCH', '/me', { name: secrets.name })
    await request(null, 'GET', `/links/${secrets.code}`)
    await request(grace, 'POST', `/links/${secrets.code}/join`)
    await request(ada, 'GET', `/search?q=${encodeURIComponent(secrets.query)}`)
    await request(ada, 'POST', '/rooms', { id: freshId(), name: secrets.text })
    await request(ada, 'POST', `/rooms/${room}/members`, { command: freshId(), text: secrets.text })
    await ask('/me', { headers: { authorization: `Bearer ${secrets.password}` } })
    await ask(`/audit?cursor=${encodeURIComponent(secrets.text)}`, {
      headers: { authorization: `Bearer ${bindings.SUPABASE_SERVICE_KEY}` },
    })
  }
  const client = await enter(ada, room)
  client.send({ t: 'post', id: freshId(), text: secrets.text })
  await client.next('ack')
  await flushed(room)
  client.send({ t: 'post', text: secrets.text } as never)
  await client.next('refused')
  await everything()
  await gate('shut')
  client.send({ t: 'post', id: freshId(), text: secrets.text })
  await client.next('ack')
  await everything()
  await gate('lost')
  await everything()

  await vi.waitFor(() => expect(heard.text()).toContain(`room ${room}: flush 1 failed`))
  const text = heard.text()
  expect(heard.lines().length).toBeGreaterThan(20)
  for (const line of text.split('\n')) expect(line).toMatch(/^\{"level":"(info|warn|error)",/)
  for (const [what, secret] of Object.entries(secrets))
    expect({ what, logged: text.includes(secret) }).toEqual({ what, logged: false })
  for (const token of tokens.filter((each) => each.length > 40)) expect(text).not.toContain(token.slice(-24))
})

test('[OPS5] a defect is logged with its route and stack, and without what it quotes of a request', async () => {
  const heard = listen()
  const broken = {
    ...bindings,
    INBOX: {
      idFromName: () => {
        throw new Error('Key (email)=(ada@example.org) "lovelace" failed')
      },
    },
  }
  const ada = await signUp('Ada')
  const cookie = `parley_access=${ada.cookies.get('parley_access')}`

  const answer = await app.fetch(new Request(`${site}/api/v1/me/blocks`, { headers: { cookie } }), broken)

  expect(answer.status).toBe(500)
  expect(await answer.text()).not.toMatch(/lovelace|example/)
  const line = heard.lines().find(({ level }) => level === 'error')!
  expect(line).toMatchObject({
    method: 'GET',
    route: '/api/v1/me/blocks',
    requestId: answer.headers.get('x-request-id'),
  })
  expect(line['error']).toMatch(/^Error: Key \(email\)=\(\[address\]\) "…" failed\n\s+at /)
})

test('[OPS5] what looks like a secret is taken out of an error', () => {
  const token = ['eyJhbGciOiJIUzI1NiJ9', 'eyJzdWIiOiIxIn0', 'abc-DEF_123'].join('.')
  expect(withoutSecrets(`bad ${token} of a.b+c@example.co.uk with sb_secret_abc_123 and ${'a1'.repeat(32)}`)).toBe(
    'bad [token] of [address] with [key] and [secret]',
  )
  expect(withoutSecrets('TypeError: x is not a function\n    at serve (worker/serve.ts:41:7)')).toBe(
    'TypeError: x is not a function\n    at serve (worker/serve.ts:41:7)',
  )
})
