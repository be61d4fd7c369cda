import { storable } from '../../protocol/text.ts'
import { withoutAttachments } from './attachments.ts'
import { dateOrder, dayOf } from './date-order.ts'
import type { DateOrder } from './date-order.ts'
import { plainSpaces, withoutMarks } from './marks.ts'
import { isChange, isDeleted, isNotice, withoutEditedMark } from './notices.ts'
import { parts } from './parts.ts'
import { stampOf } from './stamp.ts'
import type { Form, Stamp } from './stamp.ts'
import { wallClock } from './wall-clock.ts'

/**
 * Reads the text of a WhatsApp chat export. Three passes: find the lines that begin with a date; decide from all of them
 * which number is the day; read each message with the lines that follow it. Nothing is guessed line by line, because a
 * single line never tells 3 April from 4 March, nor a message from a message pasted into another.
 */

/** One message of the export, or one part of a long one. */
export type ChatMessage = {
  /** The line in the file, from 1. */
  line: number
  /** Epoch milliseconds. */
  at: number
  /** Date and time as the export shows them, as an ISO string without a zone. */
  wall: string
  name: string
  text: string
}

/** Why a line is not a message. */
export type SkipReason = 'before the first message' | 'system line' | 'deleted message' | 'no text'

/** A line that became no message. */
export type Skipped = { line: number; reason: SkipReason }

/** What an export holds. */
export type Chat = {
  form: Form
  dateOrder: DateOrder
  messages: ChatMessage[]
  /** Messages by the name they were written under, in order of appearance. */
  people: Map<string, number>
  skipped: Skipped[]
  /** Attachments that were left out, with or without a caption. */
  attachments: number
  /** Messages too long for one, by line. */
  split: { line: number; parts: number }[]
  /** Messages with characters that cannot be stored, now U+FFFD, by line. */
  repaired: number[]
}

/** How to read an export: `timeZone` is an IANA name; `dateOrder` null decides from the file. */
export type Reading = { timeZone: string; dateOrder: 'day' | 'month' | null }

/** A chat, or why the text is not one that can be read. */
export type ParsedChat =
  | { state: 'read'; chat: Chat }
  | { state: 'not_a_chat' }
  | { state: 'date_order_unclear'; line: number; shown: string }
  | { state: 'date_order_wrong'; line: number; shown: string }

type Head = { line: number; stamp: Stamp }

/** Reads the text of an export. Throws RangeError when the time zone is unknown, and for no other reason. */
export function parseChat(text: string, reading: Reading): ParsedChat {
  const clock = wallClock(reading.timeZone)
  const lines = text.split('\n')
  const found = heads(lines)
  const [first] = found
  if (first === undefined) return { state: 'not_a_chat' }
  const order = reading.dateOrder ?? dateOrder(found.map(({ stamp }) => stamp))
  if (order === null) return { state: 'date_order_unclear', ...shown(first) }
  const dated = found.flatMap((head) => {
    const day = dayOf(head.stamp, order)
    return day === null ? [] : [{ ...head, wallMs: day * 86_400_000 + head.stamp.timeMs }]
  })
  if (dated.length < found.length / 2) {
    const wrong = found.find(({ stamp }) => dayOf(stamp, order) === null) ?? first
    return { state: 'date_order_wrong', ...shown(wrong) }
  }

  const chat = emptyChat(first.stamp.form, order)
  skipPreamble(chat, lines, dated[0]?.line ?? 1)
  let before = Number.NEGATIVE_INFINITY
  for (const [index, { line, stamp, wallMs }] of dated.entries()) {
    const next = dated[index + 1]?.line ?? lines.length + 1
    const at = clock.instantOf(wallMs, before)
    before = at
    const body =
      line + 1 < next ? [stamp.rest, ...lines.slice(line, next - 1).map(withoutReturn)].join('\n') : stamp.rest
    readMessage(chat, stamp.form, body, { line, at, wall: new Date(wallMs).toISOString().slice(0, 19) })
  }
  return { state: 'read', chat }
}

/** The lines that begin like the first one that begins with a date; others only look like it and were pasted. */
function heads(lines: readonly string[]): Head[] {
  const found: Head[] = []
  for (const [index, line] of lines.entries()) {
    const stamp = stampOf(withoutReturn(line))
    if (stamp === null || !isDate(stamp)) continue
    if (found[0] === undefined || found[0].stamp.signature === stamp.signature) found.push({ line: index + 1, stamp })
  }
  return found
}

function shown({ line, stamp }: Head): { line: number; shown: string } {
  return { line, shown: stamp.date.join(stamp.separator) }
}

function isDate(stamp: Stamp): boolean {
  return dayOf(stamp, 'day') !== null || dayOf(stamp, 'month') !== null || dayOf(stamp, 'year') !== null
}

function emptyChat(form: Form, order: DateOrder): Chat {
  const lists = { messages: [], people: new Map<string, number>(), skipped: [], split: [], repaired: [] }
  return { form, dateOrder: order, attachments: 0, ...lists }
}

function skipPreamble(chat: Chat, lines: readonly string[], first: number): void {
  for (let line = 1; line < first; line++) {
    if (withoutMarks(lines[line - 1] ?? '').trim() !== '')
      chat.skipped.push({ line, reason: 'before the first message' })
  }
}

function readMessage(chat: Chat, form: Form, body: string, place: Pick<ChatMessage, 'line' | 'at' | 'wall'>): void {
  const skip = (reason: SkipReason): void => void chat.skipped.push({ line: place.line, reason })
  const said = nameAndText(body)
  if (said === null) return skip('system line')
  // iOS begins what it writes itself with U+200E, notices and attachments alike.
  const marked = form === 'ios' && said.text.startsWith('\u200e')
  const whole = withoutEditedMark((marked ? said.text.replace(/^\u200e+/, '') : said.text).trimEnd())
  if (isDeleted(whole)) return skip('deleted message')
  const { caption, attachments } = withoutAttachments(marked ? `\u200e${whole}` : whole)
  chat.attachments += attachments
  const text = attachments > 0 ? caption : whole
  if (attachments === 0 && isNotice(text, marked)) return skip('system line')
  if (text.trim() === '') return attachments > 0 ? undefined : skip('no text')
  addMessage(chat, said.name, text, place)
}

function addMessage(
  chat: Chat,
  rawName: string,
  rawText: string,
  place: Pick<ChatMessage, 'line' | 'at' | 'wall'>,
): void {
  const name = repaired(rawName)
  const text = repaired(rawText)
  if (name !== rawName || text !== rawText) chat.repaired.push(place.line)
  const pieces = parts(text)
  if (pieces.length > 1) chat.split.push({ line: place.line, parts: pieces.length })
  for (const piece of pieces) chat.messages.push({ ...place, name, text: piece })
  chat.people.set(name, (chat.people.get(name) ?? 0) + 1)
}

/** Who said what, or null for a system line: the name ends at the first colon of the first line. */
function nameAndText(body: string): { name: string; text: string } | null {
  const end = body.indexOf('\n')
  const first = end < 0 ? body : body.slice(0, end)
  const colon = /:(?:[ \u200e]|$)/.exec(first)
  if (colon === null) return null
  const raw = first.slice(0, colon.index)
  if (isChange(raw)) return null
  const name = plainSpaces(withoutMarks(raw)).trim()
  const text = body.slice(colon.index + 1).replace(/^ /, '')
  return { name: name === '' ? 'Unknown' : name, text }
}

function repaired(text: string): string {
  return storable(text) ? text : text.toWellFormed().replaceAll('\u0000', '\ufffd')
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line
}
