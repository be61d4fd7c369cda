import type { Form } from './stamp.ts'

/** A made-up export: `messages` long, the same for the same seed. */
export type Sample = { seed: number; messages: number; form: Form; people?: readonly string[] }

const cast = [
  'Ada Byron',
  'Grace Brewster',
  'Linus Vaher',
  'Mele Tupou',
  'Ndidi Okafor',
  'Ravi Narayan',
  'Søren Ås',
  '山田 花',
]

const openings = [
  'Morning!',
  'Quick one:',
  'Did you see this?',
  'Sorry, was on the train.',
  'Ha,',
  'OK,',
  'Right,',
  'Merhaba,',
]
const middles = [
  'the ferry leaves at ten past seven',
  'I left the keys with the neighbour',
  'can we move lunch to Thursday',
  'the second draft reads much better',
  'they found a table for six by the window',
  'the tests pass on my machine',
  'my sister says hello',
  'платформа три, не пять',
  'إلى اللقاء غدا',
  '明日は雨らしい',
]
const endings = ['.', '!', '?', ' 😀', ' 👍🏽', '…', ', as always.', '\nMore later.', '\n\nhttps://example.org/notes']

/** The text of a made-up chat export, with messages of several lines, system lines and attachments as real ones have. */
export function sample({ seed, messages, form, people = cast }: Sample): string {
  const random = generator(seed)
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T
  const lines: string[] = [form === 'ios' ? ios(start, `Regatta: \u200e${notice}`) : android(start, notice)]
  let at = start
  for (let i = 0; i < messages; i++) {
    at += Math.floor(random() ** 4 * 3_600_000)
    const said = `${pick(people)}: ${pick(openings)} ${pick(middles)}${pick(endings)}`
    lines.push(form === 'ios' ? ios(at, said) : android(at, said))
    if (random() < 0.02)
      lines.push(
        form === 'ios'
          ? `\u200e${ios(at, `${pick(people)}: \u200eimage omitted`)}`
          : android(at, `${pick(people)}: <Media omitted>`),
      )
    if (random() < 0.005)
      lines.push(form === 'ios' ? ios(at, `Regatta: \u200e${pick(people)} left`) : android(at, `${pick(people)} left`))
  }
  return `${lines.join(form === 'ios' ? '\r\n' : '\n')}\n`
}

const start = Date.UTC(2021, 2, 14, 9, 26, 53)
const notice =
  'Messages and calls are end-to-end encrypted. Only people in this chat can read, listen to, or share them.'

function ios(at: number, rest: string): string {
  const [year, month, day, hours, minutes, seconds] = shown(at)
  return `[${day}.${month}.${year?.slice(2)}, ${hours}:${minutes}:${seconds}] ${rest}`
}

function android(at: number, rest: string): string {
  const [year, month, day, hours, minutes] = shown(at)
  const half = Number(hours) < 12 ? 'AM' : 'PM'
  return `${Number(month)}/${Number(day)}/${year?.slice(2)}, ${Number(hours) % 12 || 12}:${minutes}\u202f${half} - ${rest}`
}

function shown(at: number): string[] {
  return new Date(at).toISOString().split(/[-T:.Z]/)
}

/** Mulberry32: small, seeded, good enough for made-up talk. */
function generator(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
