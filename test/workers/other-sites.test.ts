import { expect, test } from 'vitest'
import type { Endpoint } from '../../protocol/endpoint.ts'
import { endpoints } from '../../protocol/endpoints.ts'
import { kindOf, Problem } from '../../protocol/problems.ts'
import { ask, bodyOf, freshId, request, roomOf, signUp, site } from './support/people.ts'

const all = Object.values(endpoints).flat()
const unsafe = all.filter(({ method, auth, signed }) => method !== 'GET' && auth !== 'service' && !signed)

const elsewhere = 'https://elsewhere.test'

test('[GRD2] [ORI1] every route that changes something refuses what rests on a cookie and does not come from our own page', async () => {
  expect(unsafe.length).toBeGreaterThan(20)
  const ada = await signUp('Ada')
  const senders: Record<string, Record<string, string>> = {
    'no Origin': {},
    'another site': { origin: elsewhere },
    'an opaque origin': { origin: 'null' },
    'another port': { origin: `${site}:8443` },
    'the same host over http': { origin: site.replace('https', 'http') },
    'a name that begins like ours': { origin: `${site}.evil.test` },
    'no address': { origin: 'parley.test' },
    'a browser that says it is another site': { origin: site, 'sec-fetch-site': 'cross-site' },
    'a browser that says it is a sibling': { origin: site, 'sec-fetch-site': 'same-site' },
  }
  const letIn: string[] = []
  const cookie = [...ada.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  for (const endpoint of unsafe) {
    for (const [sender, headers] of Object.entries(senders)) {
      const kind = await kindOfAnswer(endpoint, { cookie, ...headers })
      if (kind !== 'wrong_origin') letIn.push(`${endpoint.id} from ${sender}: ${kind}`)
    }
  }

  expect(letIn).toEqual([])
})

test('[GRD2] [ORI1] the same routes take a bearer token without an Origin, and our own page with one', async () => {
  const refused: string[] = []
  for (const endpoint of unsafe) {
    const own = await kindOfAnswer(endpoint, { origin: site, 'sec-fetch-site': 'same-origin' })
    const program = await kindOfAnswer(endpoint, { authorization: 'Bearer forged' })
    if (own === 'wrong_origin' || program === 'wrong_origin') refused.push(endpoint.id)
  }

  expect(refused).toEqual([])
})

test('[GRD3] no route answers a page of another site: it may not ask, and it may not read', async () => {
  const ada = await signUp('Ada')
  const open: string[] = []
  for (const endpoint of all.filter(({ answers }) => !(101 in answers))) {
    const preflight = { origin: elsewhere, 'access-control-request-method': endpoint.method }
    const answers = [
      await ask(pathOf(endpoint), { method: 'OPTIONS', headers: preflight }),
      await ask(pathOf(endpoint), { method: endpoint.method, headers: { origin: elsewhere } }),
    ]
    for (const answer of answers) {
      const granted = [...answer.headers.keys()].filter((name) => name.startsWith('access-control-'))
      if (granted.length > 0) open.push(`${endpoint.id}: ${granted.join(', ')}`)
    }
  }
  const read = await request(ada, 'GET', '/me/blocks', undefined, { origin: elsewhere })

  expect(open).toEqual([])
  expect(read.headers.get('access-control-allow-origin')).toBe(null)
})

test('[GRD3] [TIC1] a page of another site has one way in: the socket, with a ticket that its own server fetched', async () => {
  const ada = await signUp('Ada')
  const room = await roomOf(ada)
  const bearer = { authorization: `Bearer ${ada.cookies.get('parley_access')}` }
  const answer = await ask(`/rooms/${room}/ticket`, { method: 'POST', headers: { ...bearer, origin: elsewhere } })
  const { ticket } = await bodyOf<{ ticket: string }>(answer, 201)
  const shake = async (protocols: string) =>
    await ask(`/rooms/${room}/socket`, {
      headers: { upgrade: 'websocket', origin: elsewhere, 'sec-websocket-protocol': protocols },
    })

  expect((await shake(`parley, parley.ticket.${ticket}`)).status).toBe(101)
  expect((await shake('parley')).status).toBe(403)
})

async function kindOfAnswer(endpoint: Endpoint, headers: Record<string, string>): Promise<string> {
  const answer = await ask(pathOf(endpoint), { method: endpoint.method, headers, body: '{}' })
  const problem = Problem.safeParse(await answer.json().catch(() => null))
  return problem.success ? kindOf(problem.data) : `${answer.status}`
}

function pathOf({ path }: Endpoint): string {
  return path.replaceAll(/\{\w+\}/g, () => freshId())
}
