import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { startBot } from '../../web/sync/bot.ts'
import { signIn } from '../../web/sync/cookie-session.ts'
import { createDeveloperApi } from '../../web/sync/developer.ts'
import type { InboxView } from '../../web/sync/inbox/types.ts'
import type { Message } from '../../protocol/message.ts'
import { expect, inject, onTestFinished, test } from 'vitest'
import { freshId, makeRoomAs, openRoom, signUpBot, signUpProgram } from './support/bot.ts'

const root = resolve(import.meta.dirname, '../..')

test('[API10] the bot of the documentation answers what is said in its rooms, and goes when it is told to', async () => {
  const { pageUrl } = inject('parley')
  const ada = await signUpBot(pageUrl, 'Ada')
  const echo = await signUpProgram(pageUrl, 'Echo')
  const room = await makeRoomAs(ada, pageUrl)
  const { url } = await createDeveloperApi({ origin: pageUrl, token: () => ada.token }).createLink({
    params: { room },
    body: {},
  })
  const program = spawn(process.execPath, ['docs/bot.ts'], {
    cwd: root,
    env: {
      ...{ ...process.env, PARLEY_URL: pageUrl, PARLEY_LINK: url },
      ...{ PARLEY_EMAIL: echo.email, PARLEY_PASSWORD: echo.password },
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void program.kill('SIGKILL'))
  const [heard] = (await once(program.stdout, 'data')) as [Buffer]
  expect(heard.toString()).toBe('Echo listens in Machine room.\n')

  const answers = Promise.withResolvers<Message[]>()
  const states = new Map<number, Message>()
  const said = freshId()
  const { send, close } = await openRoom(ada, pageUrl, room, (frame) => {
    if (frame.t !== 'changes') return
    for (const message of frame.messages) states.set(message.seq, message)
    const mine = [...states.values()].find(({ id }) => id === said)
    const echo = [...states.values()].find(({ replyTo }) => replyTo !== null)
    if (mine?.reactions && echo) answers.resolve([mine, echo])
  })
  send({ t: 'post', id: said, text: 'Hello, machine' })

  const [mine, answer] = await answers.promise
  expect(mine!.reactions).toEqual([{ emoji: '👍', count: 1, people: [answer!.by] }])
  expect(answer).toMatchObject({ text: 'Hello, machine', replyTo: mine!.seq })
  close()
  program.kill('SIGTERM')
  expect(await once(program, 'exit')).toEqual([0, null])
})

test('[API10] the typed client has a function for each endpoint, and repeats nothing under one key', async () => {
  const { pageUrl } = inject('parley')
  const { token } = await signUpBot(pageUrl, 'Ada')
  const api = createDeveloperApi({ origin: pageUrl, token: () => token })
  const id = freshId()
  expect((await api.createRoom({ body: { id, name: 'Machine room' } })).room).toMatchObject({
    id,
    name: 'Machine room',
  })
  expect(await api.markRead({ params: { room: id }, body: { seq: 1 } })).toBe(undefined)
  expect((await api.getUnread()).rooms).toMatchObject([{ room: id, unread: 0 }])
  const link = { params: { room: id }, body: {}, idempotencyKey: freshId() }
  const [first, again, other] = [
    await api.createLink(link),
    await api.createLink(link),
    await api.createLink({ ...link, idempotencyKey: freshId() }),
  ]
  expect(again).toEqual(first)
  expect(other.code).not.toBe(first.code)
  await expect(api.getCall({ params: { room: freshId() } })).rejects.toMatchObject({ kind: 'not_found' })
  await expect(createDeveloperApi({ origin: pageUrl }).readMe()).rejects.toMatchObject({ kind: 'sign_in' })
})

test('[API10] a program that signed in stays so: its session is refreshed, and begun anew when it was ended', async () => {
  const { pageUrl: origin } = inject('parley')
  const { email, password } = await signUpProgram(origin, 'Echo')
  await expect(signIn({ origin, email, password: 'something else' })).rejects.toMatchObject({
    kind: 'wrong_credentials',
  })
  const session = await signIn({ origin, email, password })
  const api = createDeveloperApi({ origin, session })
  const cookies = async () => (await session.headers())['cookie']
  const [before, refreshed] = [
    await cookies(),
    await session.fetch(`${origin}/api/v1/auth/refresh`, { method: 'POST' }),
  ]
  expect([refreshed.status, (await cookies()) === before]).toEqual([200, false])

  const elsewhere = createDeveloperApi({ origin, session: await signIn({ origin, email, password }) })
  await elsewhere.signOut({ body: { everywhere: true } })
  expect((await session.fetch(`${origin}/api/v1/auth/refresh`, { method: 'POST' })).status).toBe(200)
  expect((await api.readMe()).person.email).toBe(email)
})

test('[BOT1] a bot has an inbox of its rooms, which counts what it has not read', async () => {
  const { pageUrl } = inject('parley')
  const [ada, account] = [await signUpBot(pageUrl, 'Ada'), await signUpBot(pageUrl, 'Echo')]
  const room = await makeRoomAs(ada, pageUrl)
  await join(pageUrl, room, ada.token, account.token)

  const bot = await startBot({ origin: pageUrl, token: async () => account.token })
  onTestFinished(() => bot.close())
  const until = (holds: (view: InboxView) => boolean) =>
    new Promise<InboxView>((resolve) => {
      const look = () => holds(bot.inbox.view.getState()) && resolve(bot.inbox.view.getState())
      bot.inbox.view.subscribe(look)
      look()
    })
  const { rooms } = await until(({ connection, stale }) => connection.state === 'live' && !stale)
  expect(rooms).toMatchObject([{ room, unread: 0 }])
  const { send, close } = await openRoom(ada, pageUrl, room, () => {})
  send({ t: 'post', id: freshId(), text: 'Hello, machine' })
  const after = await until(({ badge }) => badge > 0)
  expect(after.rooms).toMatchObject([{ room, unread: 1, last: { text: 'Hello, machine', name: 'Ada' } }])
  close()
})

/** One makes a link, the other comes in by it. */
async function join(pageUrl: string, room: string, inviter: string, guest: string): Promise<void> {
  const post = async (path: string, token: string): Promise<{ code?: string }> => {
    const headers = { authorization: `Bearer ${token}` }
    const answer = await fetch(`${pageUrl}/api/v1/${path}`, { method: 'POST', headers, body: '{}' })
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as { code?: string }
  }
  const { code } = await post(`rooms/${room}/links`, inviter)
  await post(`links/${code}/join`, guest)
}
