import { hash } from 'node:crypto'
import type { ImportBatch } from '../../protocol/api.ts'
import { uuidV8 } from '../../protocol/ids.ts'
import { limits } from '../../protocol/limits.ts'
import type { ChatMessage } from './whatsapp.ts'

// 1 MB of UTF-16: five hundred long messages at once would be more than a room should read in one turn.
const batchUnits = 1_000_000

/** What to make of the messages: the room, who has an account (person id by name), and whether live messages are fine. */
export type Destination = { roomId: string; accounts: ReadonlyMap<string, string>; append: boolean }

/** The messages as import requests, in their order. The same export gives the same ids in the same room, always. */
export function batches(messages: readonly ChatMessage[], { roomId, accounts, append }: Destination): ImportBatch[] {
  const made: ImportBatch[] = []
  const seen = new Map<string, number>()
  let open: ImportBatch['messages'] = []
  let units = 0
  for (const message of messages) {
    if (open.length >= limits.importMessages || units >= batchUnits) {
      made.push({ messages: open, append })
      open = []
      units = 0
    }
    const { at, name, text } = message
    open.push({ id: idOf(roomId, message, seen), at, by: accounts.get(name) ?? null, source: sourceOf(name), text })
    units += text.length
  }
  if (open.length > 0) made.push({ messages: open, append })
  return made
}

/**
 * An id from what the file says: the room, the time as shown, name and text, and the message's place among those that
 * are equal in all of it. Its place in the whole file would shift in a later, longer export of the same chat.
 */
function idOf(roomId: string, { wall, name, text }: ChatMessage, seen: Map<string, number>): string {
  const key = JSON.stringify([roomId, wall, name, text])
  const place = seen.get(key) ?? 0
  seen.set(key, place + 1)
  return uuidV8(hash('sha256', `${place}${key}`, 'buffer'))
}

/** Named for an account's messages too: the source is what tells an import from the room's own messages. */
function sourceOf(name: string): { name: string; source: 'whatsapp' } {
  return { name: name.slice(0, 200).toWellFormed(), source: 'whatsapp' }
}
