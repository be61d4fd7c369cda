import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { startBot } from '../../web/sync/bot.ts'
import type { InboxView } from '../../web/sync/inbox/types.ts'
import type { Message } from '../../protocol/message.ts'
import { expect, inject, onTestFinished, test } from 'vitest'
import { freshId, makeRoomAs, openRoom, signUpBot } from './support/bot.ts'

const root = resolve(import.meta.dirname, '../..')

test('[BOT1] the example bot answers what is said in its room, and goes when it is told to', async () => {
  const { pageUrl } = inject('parley')
  const [ada, bot] = [await signUpBot(pageUrl, 'Ada'), await signUpBot(pageUrl, 'Echo')]
  const room = await makeRoomAs(ada, pageUrl)
  await join(pageUrl, room, ada.token, bot.token)
  const program = spawn(process.execPath, ['examples/echo-bot.ts'], {
    cwd: root,
    env: { ...process.env, PARLEY_URL: pageUrl, PARLEY_TOKEN: bot.token, PARLEY_ROOM: room },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void program.kill('SIGKILL'))
  await once(program.stdout, 'data')

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

  const [mine, echo] = await answers.promise
  expect(mine!.reactions).toEqual([{ emoji: '👍', count: 1, people: [echo!.by] }])
  expect(echo).toMatchObject({ text: 'Hello, machine', replyTo: mine!.seq })
  close()
  program.kill('SIGTERM')
  expect(await once(program, 'exit')).toEqual([0, null])
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
