const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** How many tones the stylesheet has for names. */
const tones = 10
const cuts = 5

/** One or two letters that stand for a name: of its first and its last word. */
export function initials(name: string): string {
  const words = bare(name)
    .trim()
    .split(/\s+/)
    .filter((word) => /[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(word))
  const first = words[0]
  if (first === undefined) return '?'
  const last = words.length > 1 ? words[words.length - 1]! : ''
  return (letter(first) + (last === '' ? '' : letter(last))).toLocaleUpperCase()
}

/** The look of a name, always the same for the same name: a hue and the cut of the flag. */
export function tone(name: string): { tone: number; cut: number } {
  const hash = fnv1a(bare(name).normalize('NFC'))
  return { tone: hash % tones, cut: Math.floor(hash / tones) % cuts }
}

/** Guests are marked as such behind their names in the log, and not in a meeting: they look the same in both. */
function bare(name: string): string {
  return name.replace(/ \(guest\)$/, '')
}

function letter(word: string): string {
  for (const { segment } of graphemes.segment(word)) {
    if (/[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(segment)) return segment
  }
  return ''
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0
  // The low digits of the plain hash follow the last letter too closely: murmur3's finish mixes them.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
