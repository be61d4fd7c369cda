import type { Member } from '../../../protocol/downstream.ts'
import type { Message } from '../../../protocol/message.ts'
import { uuidV7 } from '../../../protocol/ids.ts'

export const ada = '00000000-0000-4000-8000-00000000ada0'
export const grace = '00000000-0000-4000-8000-0000000face0'
export const linus = '00000000-0000-4000-8000-000000011005'
export const roomId = '00000000-0000-4000-8000-000000000001'

/** A message of the log, with an id that follows from its seq. */
export function message(seq: number, more: Partial<Message> = {}): Message {
  const id = uuidV7(seq, new Uint8Array(10))
  const body = { text: `message ${seq}`, replyTo: null, mentions: [], source: null, system: null }
  return { seq, rev: seq, id, at: seq, by: grace, ...body, ...more }
}

/** Messages of the log from one seq to another, both included. */
export function messages(from: number, to: number): Message[] {
  return Array.from({ length: to - from + 1 }, (_, index) => message(from + index))
}

export function member(person: string, marks: { delivered?: number; read?: number } = {}): Member {
  return { person, name: person.slice(-4), role: 'member', delivered: 0, read: 0, ...marks }
}
