import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseSearch } from '../../protocol/search-query.ts'
import { snippetOf } from '../../protocol/search-snippet.ts'

/** The words that a snippet marks. */
function marked(text: string, query: string, length?: number): string[] {
  const snippet = snippetOf(text, parseSearch(query).terms, length)
  return snippet.ranges.map(([from, to]) => snippet.text.slice(from, to))
}

describe('[SRC4] a snippet', () => {
  test('[SRC4] marks words in any case and language, where they stand as words', () => {
    expect(marked('Привет, привета нет', 'привет')).toEqual(['Привет'])
    expect(marked('我家在上海东边。', '上海')).toEqual(['上海'])
    expect(marked('the engine, Engines and ENGINE', 'engine')).toEqual(['engine', 'ENGINE'])
    expect(marked('the engine and Engines', 'engin*')).toEqual(['engin', 'Engin'])
    expect(marked('ยินดีต้อนรับ', 'ต้อน')).toEqual(['ต้อน'])
    expect(marked('مرحبا بالعالم', 'مرحبا')).toEqual(['مرحبا'])
  })

  test('[SRC4] marks a phrase as a whole, and nothing that was excluded', () => {
    expect(marked('another  kind of\nengine', '"another kind" -engine')).toEqual(['another kind'])
  })

  test('[SRC4] is one line around the first match, cut between words', () => {
    const text = `${'before '.repeat(100)}needle ${'after '.repeat(100)}`
    const snippet = snippetOf(text, parseSearch('needle').terms, 60)
    expect(snippet.text).toMatch(/^…(before )+needle( after)+…$/)
    expect(snippet.text.length).toBeLessThanOrEqual(62)
    expect(snippet.ranges.map(([from, to]) => snippet.text.slice(from, to))).toEqual(['needle'])
  })

  test('[SRC4] takes no longer for a phrase of signs that almost stands in the text', () => {
    // Where signs between words can be words themselves, a phrase is tried in as many ways as they can be shared out.
    for (const sign of ['_', '・', '\u0301']) {
      const text = `a ${`${sign} `.repeat(4_000)}`
      const query = `"${`${sign} `.repeat(150)}a"`
      expect(marked(text, query)).toEqual([])
    }
  })

  test('[SRC4] shows the beginning where no word stands, and tears no character', () => {
    expect(snippetOf('plain', []).text).toBe('plain')
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 80 }),
        fc.string({ unit: 'grapheme', maxLength: 5 }),
        (text, query) => {
          const whole = text.toWellFormed()
          const snippet = snippetOf(whole, parseSearch(query).terms, 20)
          expect(snippet.text.isWellFormed()).toBe(true)
          expect(snippet.text.length).toBeLessThanOrEqual(22)
          for (const [from, to] of snippet.ranges) {
            expect(from < to && to <= snippet.text.length).toBe(true)
            expect(whole.replaceAll(/\s+/g, ' ')).toContain(snippet.text.slice(from, to))
          }
        },
      ),
      { numRuns: 300, seed: 4 },
    )
  })
})
