import { randomBytes } from 'node:crypto'
import type { Downstream } from '../../../protocol/downstream.ts'
import { uuidV7 } from '../../../protocol/ids.ts'
import type { Upstream } from '../../../protocol/upstream.ts'

/** Someone without a browser: a bearer token, and what a room has told. */
export interface Bot {
  token: string
  acked: Map<string, number>
}

export function freshId(): string {
  return uuidV7(Date.now(), randomBytes(10))
}

/** Signs a bot up and answers with its token, taken from the cookie that a browser would keep. */
export async function signUpBot(pageUrl: string, name: string): Promise<Bot> {
  const answer = await fetch(`${pageUrl}/api/v1/auth/sign-up`, {
    method: 'POST',
    headers: { origin: pageUrl },
    body: JSON.stringify({ email: `${freshId()}@parley.test`, password: 'correct horse battery', name }),
  })
  const token = answer.headers.getSetCookie().flatMap((line) => /^parley_access=([^;]+)/.exec(line)?.[1] ?? [])[0]
  if (!token) throw new Error(`sign-up: ${answer.status} ${await answer.text()}`)
  return { token, acked: new Map() }
}

/** Signs a program up that will sign in by itself. */
export async function signUpProgram(pageUrl: string, name: string): Promise<{ email: string; password: string }> {
  const account = { email: `${freshId()}@parley.test`, password: 'correct horse battery' }
  const answer = await fetch(`${pageUrl}/api/v1/auth/sign-up`, {
    method: 'POST',
    headers: { origin: pageUrl },
    body: JSON.stringify({ ...account, name }),
  })
  if (answer.status !== 201) throw new Error(`sign-up: ${answer.status} ${await answer.text()}`)
  return account
}

export async function makeRoomAs(bot: Bot, pageUrl: string): Promise<string> {
  const id = freshId()
  const headers = { authorization: `Bearer ${bot.token}` }
  const body = JSON.stringify({ id, name: 'Machine room' })
  const answer = await fetch(`${pageUrl}/api/v1/rooms`, { method: 'POST', headers, body })
  if (answer.status !== 201) throw new Error(`room: ${answer.status} ${await answer.text()}`)
  return id
}

/** Opens a room, says hello, and hands over every frame; `send` is for the test. */
export function openRoom(
  bot: Bot,
  pageUrl: string,
  room: string,
  hear: (frame: Downstream) => void,
): Promise<{ send: (frame: Upstream) => void; close(): void }> {
  const url = `${pageUrl.replace('http', 'ws')}/api/v1/rooms/${room}/socket`
  // Node's WebSocket takes headers, which the browser's does not.
  const socket: WebSocket = Reflect.construct(WebSocket, [url, { headers: { authorization: `Bearer ${bot.token}` } }])
  const send = (frame: Upstream) => socket.send(JSON.stringify(frame))
  return new Promise((opened, failed) => {
    socket.addEventListener('error', () => failed(new Error(`no socket to ${url}`)))
    socket.addEventListener('message', ({ data }) => {
      const frame = JSON.parse(String(data)) as Downstream
      if (frame.t === 'ack') bot.acked.set(frame.id, frame.seq)
      hear(frame)
      if (frame.t === 'welcome') opened({ send, close: () => socket.close() })
    })
    socket.addEventListener('open', () => send({ t: 'hello', v: 2, epoch: null, since: 0, from: 0 }))
  })
}
