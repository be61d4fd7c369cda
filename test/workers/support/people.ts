import { exports } from 'cloudflare:workers'
import { randomBytes } from 'node:crypto'
import { uuidV7 } from '../../../protocol/ids.ts'

/** Where the tests' Parley lives. */
export const site = 'https://parley.test'

/** A request to the worker as it stands. */
export async function ask(path: string, init: RequestInit): Promise<Response> {
  return await exports.default.fetch(new Request(`${site}/api/v1${path}`, init))
}

/** Someone with a browser: a cookie jar and a name. */
export interface Person {
  name: string
  id: string
  email: string
  cookies: Map<string, string>
}

/** A fresh message or room id. */
export function freshId(): string {
  return uuidV7(Date.now(), randomBytes(10))
}

/** A request of this person's browser to the API; `path` begins below /api/v1. */
export async function request(
  person: Person | null,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  const cookie = [...(person?.cookies ?? [])].map(([name, value]) => `${name}=${value}`).join('; ')
  const answer = await ask(path, {
    method,
    headers: { origin: site, ...(cookie ? { cookie } : {}), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  for (const line of answer.headers.getSetCookie()) {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? []
    if (name === undefined || value === undefined) continue
    if (/max-age=0/i.test(line)) person?.cookies.delete(name)
    else person?.cookies.set(name, decodeURIComponent(value))
  }
  return answer
}

/** The body of an answer that must have this status. */
export async function bodyOf<T>(answer: Response, status: number): Promise<T> {
  const text = await answer.text()
  if (answer.status !== status) throw new Error(`expected ${status}, got ${answer.status}: ${text}`)
  return JSON.parse(text) as T
}

const known = new Map<string, Promise<Person>>()

/** Someone of this name, signed up once for all tests of a file: hashing a password takes longer than most tests. */
export async function signUp(name: string): Promise<Person> {
  const signingUp = known.get(name) ?? signUpAfresh(name)
  known.set(name, signingUp)
  const person = await signingUp
  return { ...person, cookies: new Map(person.cookies) }
}

/** Signs someone up under an address of their own. */
export async function signUpAfresh(name: string): Promise<Person> {
  const email = `${name.toLowerCase()}.${randomBytes(6).toString('hex')}@example.org`
  const person: Person = { name, id: '', email, cookies: new Map() }
  const answer = await request(person, 'POST', '/auth/sign-up', { email, password: 'correct horse', name })
  const { me } = await bodyOf<{ me: { person: { id: string } } }>(answer, 201)
  return Object.assign(person, { id: me.person.id })
}

/** Someone joins through a link that the owner makes. */
export async function join(person: Person, owner: Person, room: string): Promise<Response> {
  const { code } = await bodyOf<{ code: string }>(await request(owner, 'POST', `/rooms/${room}/links`), 201)
  return await request(person, 'POST', `/links/${code}/join`)
}

/** A room that the first person made and the others joined through its link. */
export async function roomOf(owner: Person, ...others: Person[]): Promise<string> {
  const id = freshId()
  await bodyOf(await request(owner, 'POST', '/rooms', { id, name: 'Analytical engines' }), 201)
  for (const other of others) await bodyOf(await join(other, owner, id), 200)
  return id
}

/** Opens a socket with the person's cookies; `path` begins below /api/v1. */
export async function openSocket(
  person: Person,
  path: string,
  headers: Record<string, string> = {},
): Promise<WebSocket> {
  const cookie = [...person.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const answer = await ask(path, { headers: { upgrade: 'websocket', origin: site, cookie, ...headers } })
  if (!answer.webSocket) throw new Error(`no socket: ${answer.status} ${await answer.text()}`)
  return answer.webSocket
}
