import { dayPeriod } from './day-period.ts'
import { isMark, plainSpaces, withoutMarks } from './marks.ts'

/** Which phone wrote the export: iOS writes `[date, time] name: text`, Android `date, time - name: text`. */
export type Form = 'ios' | 'android'

/** The head of a line, read but not yet understood: which number is the day is known only once the whole file is read. */
export type Stamp = {
  form: Form
  /** The same for all heads of one export, and so telling a head from a pasted line that looks like one. */
  signature: string
  separator: string
  /** The three numbers of the date, as they stand. */
  date: readonly [string, string, string]
  /** Milliseconds since midnight. */
  timeMs: number
  /** What follows the head: `name: text`, or a system line. */
  rest: string
}

/** A head is never longer than this, in any language. */
const longestHead = 64

const head =
  /^(\d{1,4})([./-]) ?(\d{1,2})\2 ?(\d{1,4})\.?(?:, ?| )(\D*?)(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(?: ?(\D+))?$/

/** Words between date and time: "15.1.2024 klo 21.05". */
const between = new Set(['klo', 'kl.', 'um', 'at', 'a las', 'às', 'à', 'u', 'o', 'в'])

/** Reads the head of a line, or null when the line goes on with the message before it. */
export function stampOf(line: string): Stamp | null {
  let start = 0
  while (isMark(line.charCodeAt(start))) start++
  const first = line.charCodeAt(start)
  if (first === 0x5b) return bracketed(line, start)
  return isDigit(first) ? dashed(line, start) : null
}

function bracketed(line: string, start: number): Stamp | null {
  const end = line.indexOf(']', start)
  if (end < 0 || end - start > longestHead) return null
  // The mark after the bracket is WhatsApp's own; the one after the name tells a notice and is kept for the reader.
  return read('ios', line.slice(start + 1, end), line.slice(end + 1).replace(/^[\u200e\u200f ]+/, ''))
}

function dashed(line: string, start: number): Stamp | null {
  const dash = /\s[-–]\s/.exec(line.slice(start, start + longestHead))
  if (dash === null) return null
  const end = start + dash.index
  return read('android', line.slice(start, end), line.slice(end + dash[0].length))
}

function read(form: Form, raw: string, rest: string): Stamp | null {
  const match = head.exec(plain(raw))
  if (match === null) return null
  const [, one, separator, two, three, word, hours, minutes, seconds, marker] = match
  if (one === undefined || two === undefined || three === undefined || separator === undefined) return null
  const period = periodOf(word?.trim() ?? '', marker?.trim() ?? '')
  if (period === null) return null
  const timeMs = timeOf(Number(hours), Number(minutes), Number(seconds ?? 0), period)
  if (timeMs === null) return null
  const clock = `${seconds === undefined ? 'm' : 's'}${period === '24' ? '24' : '12'}`
  return { form, signature: `${form}${separator}${clock}`, separator, date: [one, two, three], timeMs, rest }
}

/** The half of the day, '24' for a clock without markers, or null when a word is in the way. */
function periodOf(word: string, marker: string): 'am' | 'pm' | '24' | null {
  if (marker !== '') return word === '' || between.has(word.toLowerCase()) ? dayPeriod(marker) : null
  if (word === '' || between.has(word.toLowerCase())) return '24'
  return dayPeriod(word)
}

function timeOf(hours: number, minutes: number, seconds: number, period: 'am' | 'pm' | '24'): number | null {
  if (minutes > 59 || seconds > 59 || hours > (period === '24' ? 23 : 12)) return null
  const hour = period === '24' ? hours : (hours % 12) + (period === 'pm' ? 12 : 0)
  return ((hour * 60 + minutes) * 60 + seconds) * 1_000
}

/** The head in ASCII: marks gone, Arabic and Persian digits and commas as ours. */
function plain(raw: string): string {
  let ascii = true
  for (let i = 0; i < raw.length && ascii; i++) ascii = raw.charCodeAt(i) < 0x7f
  if (ascii) return raw
  return plainSpaces(withoutMarks(raw))
    .replace(/[\u0660-\u0669]/g, (digit) => String(digit.charCodeAt(0) - 0x0660))
    .replace(/[\u06f0-\u06f9]/g, (digit) => String(digit.charCodeAt(0) - 0x06f0))
    .replace(/[\u060c\u3001]/g, ',')
    .trim()
}

function isDigit(unit: number): boolean {
  return (unit >= 0x30 && unit <= 0x39) || (unit >= 0x0660 && unit <= 0x0669) || (unit >= 0x06f0 && unit <= 0x06f9)
}
