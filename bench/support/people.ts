import { randomBytes } from 'node:crypto'
import * as z from 'zod/mini'
import { JoinLink } from '../../protocol/api.ts'
import { uuidV7 } from '../../protocol/ids.ts'

/** An id for a message or a room. */
export function freshId(): string {
  return uuidV7(Date.now(), randomBytes(10))
}

/** Sign someone up; answers their access token, taken from the cookie that a browser would keep. */
export async function signUp(pageUrl: string, name: string): Promise<string> {
  const account = { email: `${freshId()}@parley.test`, password: 'correct horse battery', name }
  const answer = await fetch(`${pageUrl}/api/v1/auth/sign-up`, {
    method: 'POST',
    headers: { origin: pageUrl },
    body: JSON.stringify(account),
  })
  const token = answer.headers.getSetCookie().flatMap((line) => /^parley_access=([^;]+)/.exec(line)?.[1] ?? [])[0]
  if (!token) throw new Error(`sign-up: ${answer.status} ${await answer.text()}`)
  return token
}

/** Make a room of its owner and, through a join link, the others; answers its id. */
export async function roomOf(pageUrl: string, owner: string, ...others: string[]): Promise<string> {
  const id = freshId()
  await call(`${pageUrl}/api/v1/rooms`, owner, { id, name: 'Bench' })
  if (others.length === 0) return id
  const { code } = z.parse(JoinLink, await call(`${pageUrl}/api/v1/rooms/${id}/links`, owner, {}))
  for (const other of others) await call(`${pageUrl}/api/v1/links/${code}/join`, other, {})
  return id
}

async function call(url: string, token: string, body: object): Promise<unknown> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`)
  return await answer.json()
}
