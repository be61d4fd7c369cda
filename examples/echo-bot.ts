import { startBot } from '../web/sync/bot.ts'

/**
 * Answers every message of others in one room with its own text, and a thumb.
 *
 * PARLEY_URL=http://127.0.0.1:8787 PARLEY_TOKEN=… PARLEY_ROOM=… node examples/echo-bot.ts
 */
const { PARLEY_URL: origin, PARLEY_TOKEN: token, PARLEY_ROOM: roomId } = process.env
if (!origin || !token || !roomId)
  throw new Error('PARLEY_URL, PARLEY_TOKEN and PARLEY_ROOM say where to answer as whom.')

const bot = await startBot({ origin, token: async () => token })
const room = bot.openRoom(roomId)
let answered: number | null = null

room.view.subscribe(({ rows, head, connection }) => {
  if (connection.state !== 'live') return
  // What was said before the bot came is not answered.
  if (answered === null) console.log(`${bot.me.name} listens.`)
  answered ??= head
  for (const row of rows) {
    if (row.state !== 'confirmed') continue
    const { seq, by, text, system, deleted } = row.message
    if (seq <= answered) continue
    answered = seq
    if (by === bot.me.id || system || deleted) continue
    void room.react(seq, '👍', true)
    void room.send(text, { replyTo: seq })
    room.read(seq)
  }
})

process.once('SIGTERM', () => {
  room.close()
  bot.close()
})
