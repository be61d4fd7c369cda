import * as z from 'zod/mini'
import { limits } from './limits.ts'
import { Uuid } from './ids.ts'

/**
 * The language of message search: words, "phrases", -excluded ones, begin*, and operators such as from:@ada. Whatever is
 * not of it is a word, so that every text means something. `formatSearch` writes what `parseSearch` reads.
 */

/** What a message can hold, for `has:`. */
export const Has = z.enum(['link', 'image', 'video', 'audio', 'file', 'reaction'])
export type Has = z.infer<typeof Has>

/** Where something stands in the text: UTF-16 units from, to (not included). */
export type Span = readonly [from: number, to: number]

/** A word or a phrase that stands in the message, or, where it is excluded, does not. */
export interface SearchTerm {
  readonly text: string
  readonly phrase: boolean
  readonly not: boolean
  /** A word of the message begins with it. */
  readonly prefix: boolean
}

export type SearchFilter =
  | { readonly kind: 'from'; readonly by: 'me'; readonly not: boolean }
  | { readonly kind: 'from'; readonly by: 'id' | 'username' | 'name'; readonly value: string; readonly not: boolean }
  | { readonly kind: 'in'; readonly by: 'id' | 'name'; readonly value: string; readonly not: boolean }
  | { readonly kind: 'has'; readonly what: Has; readonly not: boolean }
  /** A calendar day as YYYY-MM-DD: earlier, later, or on it. */
  | { readonly kind: 'before' | 'after' | 'on'; readonly day: string }

export interface SearchProblem {
  readonly kind: 'not_a_day' | 'unknown_kind' | 'too_many_words'
  readonly at: Span
}

type Placed<T> = T & { readonly at: Span }

export interface SearchQuery {
  readonly terms: readonly Placed<SearchTerm>[]
  readonly filters: readonly Placed<SearchFilter>[]
  /** What could not be read as it looks; it is a word then, or left out. */
  readonly problems: readonly SearchProblem[]
}

type Meaning = { filter: SearchFilter } | { problem: 'not_a_day' | 'unknown_kind' } | null

/** Reads what someone typed. */
export function parseSearch(text: string): SearchQuery {
  const terms: Placed<SearchTerm>[] = []
  const filters: Placed<SearchFilter>[] = []
  const problems: SearchProblem[] = []
  for (const piece of text.matchAll(pieces)) {
    const at: Span = [piece.index, piece.index + piece[0].length]
    const { not, operator, value, quoted, starred, word } = partsOf(piece)
    const meaning = operator === null ? null : meaningOf(operator, value, quoted, not)
    if (meaning && 'filter' in meaning) {
      filters.push({ ...meaning.filter, at })
      continue
    }
    if (meaning) problems.push({ kind: meaning.problem, at })
    const term = operator === null && quoted ? phraseOf(value, starred, not) : wordOf(word, not)
    if (term === null) continue
    if (terms.length < limits.searchTerms) terms.push({ ...term, at })
    else problems.push({ kind: 'too_many_words', at })
  }
  return { terms, filters, problems }
}

/** Writes a query so that it is read as the same again. */
export function formatSearch({
  terms,
  filters,
}: {
  terms: readonly SearchTerm[]
  filters: readonly SearchFilter[]
}): string {
  return [...filters.map((filter) => formatFilter(filter)), ...terms.map((term) => formatTerm(term))].join(' ')
}

/** One filter as it is typed: the text of its chip. */
export function formatFilter(filter: SearchFilter): string {
  switch (filter.kind) {
    case 'before':
    case 'after':
    case 'on':
      return `${filter.kind}:${filter.day}`
    case 'has':
      return `${minus(filter.not)}has:${filter.what}`
    case 'from':
      return `${minus(filter.not)}from:${filter.by === 'me' ? 'me' : valueText(filter.by, filter.value)}`
    case 'in':
      return `${minus(filter.not)}in:${valueText(filter.by, filter.value)}`
  }
}

function formatTerm({ text, phrase, not, prefix }: SearchTerm): string {
  return minus(not) + (phrase ? `"${text}"` : text) + (prefix ? '*' : '')
}

function minus(not: boolean): string {
  return not ? '-' : ''
}

function valueText(by: 'id' | 'username' | 'name', value: string): string {
  switch (by) {
    case 'id':
      return value
    case 'username':
      return `@${value}`
    case 'name':
      return `"${value}"`
  }
}

// A minus, an operator, then something in quotes or everything up to the next space. A quote that nothing closes ends
// with the text.
const pieces = /(-?)(?:([\p{L}]+):)?(?:["“”„]([^"“”„]*)(?:["“”„](\*?)|$)|([^\s"“”„]+))/gu

interface Parts {
  not: boolean
  operator: string | null
  /** What follows the operator, without its quotes. */
  value: string
  quoted: boolean
  /** A star follows the quotes. */
  starred: boolean
  /** The whole as a word. */
  word: string
}

function partsOf([whole, dash, operator, quoted, star, bare]: RegExpMatchArray): Parts {
  return {
    not: dash === '-',
    operator: operator ?? null,
    value: quoted ?? bare ?? '',
    quoted: quoted !== undefined,
    starred: star === '*',
    word: dash === '-' ? whole.slice(1) : whole,
  }
}

function meaningOf(operator: string, value: string, quoted: boolean, not: boolean): Meaning {
  const trimmed = value.replaceAll(/\s+/g, ' ').trim()
  if (trimmed === '') return null
  switch (operator.toLowerCase()) {
    case 'from':
      return { filter: { kind: 'from', ...personOf(trimmed, quoted), not } }
    case 'in':
      return { filter: { kind: 'in', ...roomOf(trimmed, quoted), not } }
    case 'has': {
      const what = Has.safeParse(trimmed.toLowerCase().replace(/s$/, ''))
      return what.success ? { filter: { kind: 'has', what: what.data, not } } : { problem: 'unknown_kind' }
    }
    case 'before':
    case 'after':
    case 'on':
      if (not || !isDay(trimmed)) return { problem: 'not_a_day' }
      return { filter: { kind: operator.toLowerCase() as 'before' | 'after' | 'on', day: trimmed } }
    default:
      return null
  }
}

type Person = { by: 'me' } | { by: 'id' | 'username' | 'name'; value: string }

function personOf(value: string, quoted: boolean): Person {
  if (quoted) return { by: 'name', value }
  if (value.toLowerCase() === 'me') return { by: 'me' }
  if (Uuid.safeParse(value.toLowerCase()).success) return { by: 'id', value: value.toLowerCase() }
  const username = /^@(.+)$/u.exec(value)?.[1]
  return username === undefined ? { by: 'name', value } : { by: 'username', value: username.toLowerCase() }
}

function roomOf(value: string, quoted: boolean): { by: 'id' | 'name'; value: string } {
  const id = value.toLowerCase()
  return !quoted && Uuid.safeParse(id).success ? { by: 'id', value: id } : { by: 'name', value }
}

function isDay(value: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(value)) return false
  const at = Date.parse(`${value}T00:00:00Z`)
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(value)
}

function phraseOf(value: string, prefix: boolean, not: boolean): SearchTerm | null {
  const text = value.replaceAll(/\s+/g, ' ').trim()
  return text === '' ? null : { text, phrase: true, not, prefix }
}

function wordOf(word: string, not: boolean): SearchTerm | null {
  const bare = word
    .replaceAll(/["“”„]/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
  const text = bare.replace(/\*+$/, '').trim()
  if (text === '' || text === '-') return null
  const prefix = text !== bare && [...text].length >= limits.searchPrefix
  return { text, phrase: text.includes(' '), not, prefix }
}
