import { createHash, createHmac } from 'node:crypto'
import { uuidV8 } from '../protocol/ids.ts'

/**
 * The keyed hash of a message's author and body, in hex. Keyed, so that a short text that was deleted cannot be
 * guessed from it; synchronous, because no await may come between a frame and its seq.
 */
export function messageHash(message: { by: string | null; text: string; replyTo: number | null }, key: string): string {
  const body = JSON.stringify([message.by, message.text, message.replyTo])
  return createHmac('sha256', key).update(body).digest('hex').slice(0, 32)
}

/** The id of the row that an event makes which no client named: derived from room, epoch and seq. */
export function derivedId(room: string, epoch: number, seq: number): string {
  return uuidV8(createHash('sha256').update(`${room}:${epoch}:${seq}`).digest())
}
