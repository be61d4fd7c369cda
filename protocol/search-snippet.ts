import { limits } from './limits.ts'
import type { SearchTerm } from './search-query.ts'

/** Part of a text as plain text, and where in it the words stand that were searched for: from, to (not included). */
export interface Snippet {
  text: string
  ranges: [from: number, to: number][]
}

/** UTF-16 units in front of the first match. */
const lead = 40

/** The part of a text in which the words stand, on one line. */
export function snippetOf(text: string, terms: readonly SearchTerm[], length: number = limits.snippet): Snippet {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  const matches = matchesIn(line, terms)
  const [start, end] = stretch(line, matches[0]?.[0] ?? 0, length)
  const before = start > 0 ? '…' : ''
  const moved = before.length - start
  const ranges = matches
    .filter(([from, to]) => from >= start && to <= end)
    .map(([from, to]): [number, number] => [from + moved, to + moved])
  return { text: before + line.slice(start, end).trimEnd() + (end < line.length ? '…' : ''), ranges }
}

/** Where the words stand in a text, in order; what overlaps is one. */
function matchesIn(text: string, terms: readonly SearchTerm[]): [number, number][] {
  const found = terms
    .flatMap((term) => (term.not ? [] : patternsOf(term)))
    .flatMap((pattern) => [...text.matchAll(pattern)])
    .map(({ index, 0: match }): [number, number] => [index, index + match.length])
    .toSorted((one, other) => one[0] - other[0] || other[1] - one[1])
  const merged: [number, number][] = []
  for (const [from, to] of found) {
    const last = merged.at(-1)
    if (last && from < last[1]) last[1] = Math.max(last[1], to)
    else merged.push([from, to])
  }
  return merged
}

// Of these scripts each character is a word, as in the database's index.
const wordless = String.raw`\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{3ffff}`
const letter = String.raw`[\p{L}\p{N}\p{M}_]`
// Nothing that stands in a word: what could be either would be tried as both, in exponentially many ways.
const between = String.raw`[^\p{L}\p{N}\p{M}_${wordless}]*`
const words = new RegExp(`[${wordless}]|(?:(?![${wordless}])${letter})+`, 'gu')
const startsWordless = new RegExp(`^[${wordless}]`, 'u')

function patternsOf({ text, prefix }: SearchTerm): RegExp[] {
  const parts = text.match(words) ?? []
  const [first, last] = [parts[0], parts.at(-1)]
  if (first === undefined || last === undefined) return []
  const begins = startsWordless.test(first) ? '' : `(?<!(?![${wordless}])${letter})`
  const ends = prefix || startsWordless.test(last) ? '' : `(?!(?![${wordless}])${letter})`
  return [new RegExp(begins + parts.join(between) + ends, 'giu')]
}

/** From where to where of a text is shown, so that a match stands in it and no character is torn. */
function stretch(text: string, match: number, length: number): [number, number] {
  if (text.length <= length) return [0, text.length]
  const furthest = Math.max(0, text.length - length)
  const wanted = Math.min(Math.max(0, match - lead), furthest)
  // At the start of a word, if one is near.
  const space = text.indexOf(' ', wanted)
  const start = wanted > 0 && space >= 0 && space < match ? space + 1 : whole(text, wanted)
  return [start, whole(text, Math.min(text.length, start + length))]
}

function whole(text: string, at: number): number {
  const unit = text.charCodeAt(at)
  return unit >= 0xdc00 && unit < 0xe000 ? at - 1 : at
}
