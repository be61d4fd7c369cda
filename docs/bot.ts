import { createDeveloperApi } from '../web/sync/developer.ts'
import { startBot } from '../web/sync/bot.ts'
import { signIn } from '../web/sync/cookie-session.ts'
import type { RoomClient, RoomView } from '../web/sync/types.ts'

/**
 * Answers whatever others say in the rooms that it is in, with a thumb and with their own words. docs/bot.md goes through it.
 *
 * PARLEY_EMAIL=… PARLEY_PASSWORD=… npx node docs/bot.ts
 */
const { PARLEY_URL = 'http://127.0.0.1:8787', PARLEY_EMAIL, PARLEY_PASSWORD, PARLEY_LINK } = process.env
if (!PARLEY_EMAIL || !PARLEY_PASSWORD) throw new Error('PARLEY_EMAIL and PARLEY_PASSWORD say who the bot is.')

const session = await signIn({ origin: PARLEY_URL, email: PARLEY_EMAIL, password: PARLEY_PASSWORD })
const api = createDeveloperApi({ origin: PARLEY_URL, session })
const code = PARLEY_LINK?.split('/').at(-1)
if (code) await api.joinByLink({ params: { code }, body: {} })

const bot = await startBot({ origin: PARLEY_URL, session })
const rooms = new Map<string, RoomClient>()

bot.inbox.view.subscribe(listenEverywhere)
listenEverywhere()

/** Opens each room of the list once, also those that come later. */
function listenEverywhere(): void {
  for (const { room, name } of bot.inbox.view.getState().rooms) if (!rooms.has(room)) listen(room, name)
}

function listen(id: string, name: string): void {
  const room = bot.openRoom(id)
  rooms.set(id, room)
  let answered: number | null = null
  room.view.subscribe((view) => {
    // What came while the bot was away is unread, and is answered as well.
    if (answered === null && view.connection.state === 'live') {
      answered = view.readAtOpen
      console.log(`${bot.me.name} listens in ${name}.`)
    }
    if (answered !== null) answered = answer(room, view, answered)
  })
}

/** Answers what was said after a seq, and says up to where that is. */
function answer(room: RoomClient, { rows }: RoomView, after: number): number {
  const mine = new Set<number>()
  let last = after
  for (const row of rows) {
    if (row.state !== 'confirmed') continue
    const { seq, by, text, replyTo, system, deleted } = row.message
    if (by === bot.me.id) mine.add(seq)
    if (seq <= last) continue
    last = seq
    // Two bots that answer each other's answers would never stop.
    if (by === bot.me.id || system || deleted || (replyTo !== null && mine.has(replyTo))) continue
    void room.react(seq, '👍', true)
    void room.send(text, { replyTo: seq })
  }
  if (last > after) room.read(last)
  return last
}

process.once('SIGTERM', stop)
process.once('SIGINT', stop)

function stop(): void {
  for (const room of rooms.values()) room.close()
  bot.close()
}
