/** A stretch of a message: plain text, or an address that can be followed. */
export type Stretch = { kind: 'text'; text: string } | { kind: 'link'; text: string; href: string }

const address = /\b(?:https?:\/\/|www\.)[^\s<>"]+/giu
const closers: Record<string, string> = { ')': '(', ']': '[', '}': '{' }

/** Cuts a text into plain stretches and links. Only http and https are ever links. */
export function linkify(text: string): Stretch[] {
  const stretches: Stretch[] = []
  let end = 0
  for (const match of text.matchAll(address)) {
    const found = withoutTail(match[0])
    const href = /^www\./i.test(found) ? `https://${found}` : found
    if (!leadsSomewhere(href)) continue
    if (match.index > end) stretches.push({ kind: 'text', text: text.slice(end, match.index) })
    stretches.push({ kind: 'link', text: found, href })
    end = match.index + found.length
  }
  if (end < text.length) stretches.push({ kind: 'text', text: text.slice(end) })
  return stretches
}

/** A full stop that ends the sentence, or a bracket that was opened before the address, is not part of it. */
function withoutTail(found: string): string {
  let end = found.length
  for (; end > 0; end--) {
    const last = found[end - 1]!
    if (/[.,!?;:'’”»*_~]/.test(last)) continue
    const opener = closers[last]
    if (opener === undefined || count(found, opener, end) >= count(found, last, end)) break
  }
  return found.slice(0, end)
}

function count(text: string, character: string, end: number): number {
  let n = 0
  for (let i = 0; i < end; i++) if (text[i] === character) n++
  return n
}

function leadsSomewhere(href: string): boolean {
  const url = URL.parse(href)
  return url !== null && (url.protocol === 'https:' || url.protocol === 'http:') && url.hostname.length > 0
}
