import { limits } from '../../protocol/limits.ts'
import { utf8Bytes } from '../../protocol/text.ts'

/**
 * A text in parts that each fit into one message, cut at the end of a line, else between words, else between characters.
 * The white space at a cut is dropped, nothing else.
 */
export function parts(text: string, bytes: number = limits.textBytes): string[] {
  // A UTF-16 unit takes three bytes at most.
  if (text.length * 3 <= bytes || utf8Bytes(text) <= bytes) return [text]
  const found: string[] = []
  let start = 0
  while (start < text.length) {
    const end = cut(text, start, bytes)
    const part = text.slice(start, end).trim()
    if (part !== '') found.push(part)
    start = end
  }
  return found
}

function cut(text: string, start: number, bytes: number): number {
  let [end, used, line, word] = [start, 0, 0, 0]
  while (end < text.length) {
    const code = text.codePointAt(end) ?? 0
    used += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
    if (used > bytes) return longEnough(line, start, end) ?? longEnough(word, start, end) ?? end
    end += code < 0x10000 ? 1 : 2
    if (code === 0x0a) line = end
    else if (code === 0x20) word = end
  }
  return end
}

/** A cut that would leave less than half a message is not worth it. */
function longEnough(at: number, start: number, end: number): number | null {
  return at - start > (end - start) / 2 ? at : null
}
