import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { limits } from '../../protocol/limits.ts'
import {
  formatFilter,
  formatSearch,
  parseSearch,
  type SearchFilter,
  type SearchQuery,
  type SearchTerm,
} from '../../protocol/search-query.ts'

const room = 'a0a00000-0000-4000-8000-000000000001'

/** A query without the places of its parts. */
function meant({ terms, filters }: SearchQuery) {
  return {
    terms: terms.map(({ at: _at, ...term }): SearchTerm => term),
    filters: filters.map(({ at: _at, ...filter }) => filter as SearchFilter),
  }
}

function word(text: string, more: Partial<SearchTerm> = {}): SearchTerm {
  return { text, phrase: false, not: false, prefix: false, ...more }
}

describe('[SRC1] what someone types', () => {
  test('[SRC1] words, phrases, exclusions and the beginnings of words', () => {
    expect(meant(parseSearch('engine "difference  engine" -steam analy* “weaving loom”'))).toEqual({
      terms: [
        word('engine'),
        word('difference engine', { phrase: true }),
        word('steam', { not: true }),
        word('analy', { prefix: true }),
        word('weaving loom', { phrase: true }),
      ],
      filters: [],
    })
  })

  test('[SRC1] operators name people, rooms, days and what a message holds', () => {
    const text = `from:me FROM:@Ada from:"Ada Lovelace" -from:grace in:${room} in:"Analytical engines" before:2026-11-23 after:2026-01-31 on:2024-02-29 has:links -has:reaction`
    expect(meant(parseSearch(text))).toEqual({
      terms: [],
      filters: [
        { kind: 'from', by: 'me', not: false },
        { kind: 'from', by: 'username', value: 'ada', not: false },
        { kind: 'from', by: 'name', value: 'Ada Lovelace', not: false },
        { kind: 'from', by: 'name', value: 'grace', not: true },
        { kind: 'in', by: 'id', value: room, not: false },
        { kind: 'in', by: 'name', value: 'Analytical engines', not: false },
        { kind: 'before', day: '2026-11-23' },
        { kind: 'after', day: '2026-01-31' },
        { kind: 'on', day: '2024-02-29' },
        { kind: 'has', what: 'link', not: false },
        { kind: 'has', what: 'reaction', not: true },
      ],
    })
  })

  test('[SRC1] what is no operator is a word, and what looks like one says so', () => {
    const { terms, filters, problems } = parseSearch(
      'ratio:3 https://example.org before:tomorrow on:2026-02-30 has:wheels from:',
    )
    expect(terms.map(({ text }) => text)).toEqual([
      'ratio:3',
      'https://example.org',
      'before:tomorrow',
      'on:2026-02-30',
      'has:wheels',
      'from:',
    ])
    expect(filters).toEqual([])
    expect(problems).toEqual([
      { kind: 'not_a_day', at: [28, 43] },
      { kind: 'not_a_day', at: [44, 57] },
      { kind: 'unknown_kind', at: [58, 68] },
    ])
  })

  test('[SRC1] each part says where it stands, so that a page shows it as a chip', () => {
    const text = 'loom from:@ada -"old news"'
    const { terms, filters } = parseSearch(text)
    expect([...terms, ...filters].map(({ at: [from, to] }) => text.slice(from, to))).toEqual([
      'loom',
      '-"old news"',
      'from:@ada',
    ])
    expect(filters.map((filter) => formatFilter(filter))).toEqual(['from:@ada'])
  })

  test('[SRC1] a quote that nothing closes ends with the text, a lone minus or star is nothing, one letter is no beginning', () => {
    expect(meant(parseSearch('"never closed')).terms).toEqual([word('never closed', { phrase: true })])
    expect(meant(parseSearch('- * "" a*')).terms).toEqual([word('a')])
  })

  test('[SRC1] any language is words', () => {
    const text = '上海 привет ยินดี مرحبا 🎉'
    expect(meant(parseSearch(text)).terms).toEqual(text.split(' ').map((each) => word(each)))
  })

  test('[SRC5] more than twenty words are left out, which is said', () => {
    const { terms, problems } = parseSearch(
      Array.from({ length: limits.searchTerms + 2 }, (_, i) => `word${i}`).join(' '),
    )
    expect(terms).toHaveLength(limits.searchTerms)
    expect(problems.map(({ kind }) => kind)).toEqual(['too_many_words', 'too_many_words'])
  })
})

// What people type: pieces of the language, in any order and with anything between.
const piece = fc.oneof(
  fc.constantFrom(
    'from:',
    'in:',
    'has:',
    'before:',
    'on:',
    '"',
    '“',
    '-',
    '*',
    ' ',
    ' ',
    '@',
    'me',
    'link',
    '2026-11-23',
    room,
  ),
  fc.string({ unit: 'grapheme', maxLength: 6 }),
)
const typed = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''))

test('[SRC1] whatever is typed is read, and what is read is written so that it is read the same again', () => {
  fc.assert(
    fc.property(typed, (text) => {
      const read = parseSearch(text)
      const written = formatSearch(read)
      expect(meant(parseSearch(written))).toEqual(meant(read))
      expect(formatSearch(parseSearch(written))).toBe(written)
      for (const { at } of [...read.terms, ...read.filters, ...read.problems]) {
        expect([0 <= at[0], at[0] < at[1], at[1] <= text.length]).toEqual([true, true, true])
      }
    }),
    { numRuns: 2_000, seed: 22 },
  )
})
