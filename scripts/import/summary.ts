import { count } from './progress.ts'
import type { Chat } from './whatsapp.ts'

const listed = 20

/** What is left to say once the messages are in: who, how many, and what did not come along. */
export function summary(chat: Chat, { added, repeated }: { added: number; repeated: number }): string {
  return [
    `${messages(added)} added${repeated > 0 ? `, ${count(repeated)} already there` : ''}.`,
    peopleOf(chat),
    chat.attachments > 0 ? `${plural(chat.attachments, 'attachment')} left out; captions are kept.` : '',
    ...chat.split
      .slice(0, listed)
      .map(({ line, parts }) => `Line ${line} was too long for one message: ${parts} parts.`),
    chat.split.length > listed ? `${count(chat.split.length - listed)} more were too long for one message.` : '',
    repairedOf(chat),
    skippedOf(chat),
  ]
    .filter((paragraph) => paragraph !== '')
    .join('\n')
}

function peopleOf({ people }: Chat): string {
  const width = Math.max(...[...people.keys()].map(widthOf), 0)
  const rows = [...people].toSorted(([, one], [, other]) => other - one)
  return [
    `People (${count(people.size)}):`,
    ...rows.map(([name, said]) => `  ${name}${' '.repeat(width - widthOf(name))}  ${count(said)}`),
  ].join('\n')
}

/** Columns that a name takes on a terminal: the scripts of East Asia take two each. */
function widthOf(name: string): number {
  const wide = name.match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\uff01-\uff60]/gu)
  return [...name].length + (wide?.length ?? 0)
}

function repairedOf({ repaired }: Chat): string {
  if (repaired.length === 0) return ''
  return `${messages(repaired.length)} had characters that cannot be stored, now \ufffd: ${some(repaired)}.`
}

function skippedOf({ skipped }: Chat): string {
  if (skipped.length === 0) return 'No line was skipped.'
  const rows = skipped.slice(0, listed).map(({ line, reason }) => `  line ${line}: ${reason}`)
  const more = skipped.length > listed ? [`  and ${count(skipped.length - listed)} more`] : []
  return [`Skipped (${count(skipped.length)}):`, ...rows, ...more].join('\n')
}

function some(lines: readonly number[]): string {
  const rest = lines.length - listed
  return `lines ${lines.slice(0, listed).join(', ')}${rest > 0 ? ` and ${count(rest)} more` : ''}`
}

function messages(number: number): string {
  return plural(number, 'message')
}

function plural(number: number, noun: string): string {
  return `${count(number)} ${noun}${number === 1 ? '' : 's'}`
}
