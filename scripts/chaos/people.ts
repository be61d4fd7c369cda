import { randomBytes } from 'node:crypto'
import * as z from 'zod/mini'
import { JoinLink } from '../../protocol/api.ts'
import { uuidV7 } from '../../protocol/ids.ts'

/** Someone who is signed in: what their requests and sockets carry. */
export interface Account {
  person: string
  name: string
  headers: { authorization: string }
}

/** Signs someone up; their session is taken from the cookie that a browser would keep. */
export async function signUp(url: string, name: string): Promise<Account> {
  const body = JSON.stringify({ email: `${freshId()}@parley.test`, password: 'correct horse battery', name })
  const answer = await fetch(`${url}/api/v1/auth/sign-up`, { method: 'POST', headers: { origin: url }, body })
  const token = answer.headers.getSetCookie().flatMap((line) => /^parley_access=([^;]+)/.exec(line)?.[1] ?? [])[0]
  if (!token) throw new Error(`sign-up: ${answer.status} ${await answer.text()}`)
  const { sub: person } = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as { sub: string }
  return { person, name, headers: { authorization: `Bearer ${token}` } }
}

/** Makes a room of the first one, and lets the others in through a link. */
export async function roomOf(url: string, name: string, [owner, ...others]: readonly Account[]): Promise<string> {
  const id = freshId()
  await call(`${url}/api/v1/rooms`, owner!, { id, name })
  const { code } = z.parse(JoinLink, await call(`${url}/api/v1/rooms/${id}/links`, owner!, {}))
  for (const other of others) await call(`${url}/api/v1/links/${code}/join`, other, {})
  return id
}

async function call(url: string, { headers }: Account, body: object): Promise<unknown> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`)
  return await answer.json()
}

function freshId(): string {
  return uuidV7(Date.now(), randomBytes(10))
}
