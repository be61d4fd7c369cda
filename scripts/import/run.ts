import { setTimeout as sleep } from 'node:timers/promises'
import { Advice } from '../lib/advice.ts'
import { access } from './access.ts'
import { accounts, known } from './accounts.ts'
import { batches } from './batches.ts'
import { readChatFile } from './chat-file.ts'
import { deliver } from './delivery.ts'
import type { Delivery } from './delivery.ts'
import type { Options } from './options.ts'
import { count, progress } from './progress.ts'
import type { Screen } from './progress.ts'
import { hand, isOpen } from './room-door.ts'
import { summary } from './summary.ts'
import { parseChat } from './whatsapp.ts'
import type { Chat } from './whatsapp.ts'

/**
 * Brings a chat export into a room and returns the summary. Progress goes to `screen`. Throws Advice with what to do
 * when the file, the room, the people or the server are not what they should be.
 */
export async function importChat(options: Options, env: NodeJS.ProcessEnv, screen: Screen): Promise<string> {
  const { file, roomId, append, server } = options
  const chat = chatOf(options, readChatFile(file))
  const { serviceKey, databaseUrl } = access(env, server)
  if (!(await isOpen(server))) throw new Advice(`Nothing answers at ${server}: start it with npm start.`)
  const by = await accountsOf(options, chat, databaseUrl)
  const total = chat.messages.length
  const bar = progress(screen, total)
  const delivery = await deliver(batches(chat.messages, { roomId, accounts: by, append }), {
    hand: (batch) => hand({ server, serviceKey, roomId }, batch),
    pause: sleep,
    onProgress: (done) => bar.at(done),
  })
  bar.end()
  if (delivery.state === 'stopped') throw new Advice(whyStopped(delivery, options, total))
  return summary(chat, delivery)
}

function chatOf({ file, timeZone, dateOrder }: Options, text: string): Chat {
  const parsed = parseChat(text, { timeZone, dateOrder })
  switch (parsed.state) {
    case 'read':
      if (parsed.chat.messages.length === 0) throw new Advice(`${file} holds no message by anyone.`)
      return parsed.chat
    case 'not_a_chat':
      throw new Advice(
        `${file} is not a WhatsApp chat export: no line begins like "[15.01.24, 21:05:12] Name: text" or "15/01/2024, 21:05 - Name: text".`,
      )
    case 'date_order_unclear':
      throw new Advice(
        `The file does not tell whether ${parsed.shown} (line ${parsed.line}) begins with the day or the month: add --date-order day or --date-order month.`,
      )
    case 'date_order_wrong':
      throw new Advice(
        `--date-order ${dateOrder} does not fit: ${parsed.shown} (line ${parsed.line}) is no date in that order.`,
      )
  }
}

async function accountsOf(
  { as, roomId }: Options,
  chat: Chat,
  databaseUrl: string | null,
): Promise<Map<string, string>> {
  if (as.size === 0) return new Map()
  if (databaseUrl === null) throw new Advice('--as looks up accounts in the database: set DATABASE_URL to its address.')
  return accounts(as, new Set(chat.people.keys()), await known(databaseUrl, roomId, [...as.values()]))
}

function whyStopped(
  { answer, added, repeated }: Delivery & { state: 'stopped' },
  { roomId, server }: Options,
  total: number,
): string {
  const again = `${count(added + repeated)} of ${count(total)} messages are in. Run the same command again: what is in stays once.`
  if (answer.state !== 'refused') return `${server} does not answer any more (${answer.detail}). ${again}`
  const { kind, status, detail } = answer
  if (kind === 'room_has_messages') {
    return `The room has messages of its own, and the export would come after them. Add --append if that is what you want.`
  }
  if (kind === 'not_found') return `There is no room ${roomId} at ${server}.`
  if (status === 401 || status === 403) {
    return `${server} does not accept the service key (${detail}). Is SUPABASE_SERVICE_KEY the one it runs with?`
  }
  return `The server refused a batch: ${detail} (${status}). ${again}`
}
