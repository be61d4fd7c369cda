import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { initials, tone } from '../../web/src/names.ts'
import { nextPath, withNext } from '../../web/src/next-path.ts'
import { direction } from '../../web/src/room/direction.ts'
import { emojiOnly } from '../../web/src/room/emoji-only.ts'
import { linkify } from '../../web/src/room/linkify.ts'
import { typists } from '../../web/src/room/typists.ts'
import { title } from '../../web/src/shell/title.ts'

describe('links', () => {
  const links = (text: string) => linkify(text).flatMap((part) => (part.kind === 'link' ? [part.href] : []))

  test('an address in a sentence is a link without its full stop', () => {
    expect(linkify('See https://example.org/a?b=c. Then go.')).toEqual([
      { kind: 'text', text: 'See ' },
      { kind: 'link', text: 'https://example.org/a?b=c', href: 'https://example.org/a?b=c' },
      { kind: 'text', text: '. Then go.' },
    ])
  })

  test('a bracket belongs to the address that opened it', () => {
    expect(links('(https://example.org/a)')).toEqual(['https://example.org/a'])
    expect(links('https://example.org/a_(b)')).toEqual(['https://example.org/a_(b)'])
  })

  test('www alone leads to https', () => {
    expect(links('www.example.org')).toEqual(['https://www.example.org'])
  })

  test('nothing but http and https is a link', () => {
    expect(links('javascript:alert(1) data:text/html,x file:///etc ftp://example.org http://')).toEqual([])
  })

  test('no text is lost or changed, and every link is http or https', () => {
    const piece = fc.constantFrom(
      'https://',
      'http://',
      'www.',
      'a.b',
      '(',
      ')',
      ']',
      '.',
      '!',
      ' ',
      '\n',
      'javascript:',
      'é',
      '💬',
    )
    fc.assert(
      fc.property(
        fc.array(piece).map((pieces) => pieces.join('')),
        (text) => {
          const parts = linkify(text)
          expect(parts.map((part) => part.text).join('')).toBe(text)
          for (const part of parts) if (part.kind === 'link') expect(new URL(part.href).protocol).toMatch(/^https?:$/)
        },
      ),
      { seed: 7 },
    )
  })
})

describe('emoji', () => {
  test('one to six emoji alone are shown large', () => {
    expect(['👍', '⚓️🌊', '👩‍👩‍👧‍👦 🏳️‍🌈', '🇦🇹🇫🇮', '1️⃣'].map(emojiOnly)).toEqual([true, true, true, true, true])
  })

  test('text, digits, blanks and long rows of emoji are not', () => {
    expect(['ok 👍', '7', '*', ' ', '', '👍'.repeat(7)].map(emojiOnly)).toEqual([
      false,
      false,
      false,
      false,
      false,
      false,
    ])
  })
})

describe('names', () => {
  test('initials are of the first and the last word', () => {
    expect(
      ['Ada Lovelace', 'grace brewster hopper', 'Linus', ' ', '张伟', 'سارة العلي', '"Q" (test)', '🦊 Fox'].map(
        initials,
      ),
    ).toEqual(['AL', 'GH', 'L', '?', '张', 'سا', 'QT', '🦊F'])
  })

  test('a name always has the same look', () => {
    expect(tone('Zoë')).toEqual(tone('Zoe\u0308'))
    fc.assert(
      fc.property(fc.string(), (name) => {
        const look = tone(name)
        expect(look.tone).toBeGreaterThanOrEqual(0)
        expect(look.tone).toBeLessThan(10)
        expect(look.cut).toBeLessThan(5)
      }),
      { seed: 7 },
    )
  })

  test('the line of typists names three people at most, and counts more', () => {
    expect(
      [[], ['Ada'], ['Ada', 'Grace'], ['Ada', 'Grace', 'Linus'], ['a', 'b', 'c', 'd']].map((names) => typists(names)),
    ).toEqual([
      '',
      'Ada is writing…',
      'Ada and Grace are writing…',
      'Ada, Grace, and Linus are writing…',
      '4 people are writing…',
    ])
  })
})

test('a text runs the way of its first letter', () => {
  expect(['hello', '— سلام hello', 'שלום', '42!', ''].map(direction)).toEqual(['ltr', 'rtl', 'rtl', null, null])
})

test('the way back after signing in never leaves the site', () => {
  expect(nextPath('?next=/j/abc')).toBe('/j/abc')
  expect(nextPath('?next=%2Fr%2F1%3Fa%3Db')).toBe('/r/1?a=b')
  for (const bad of [
    '//evil.example',
    '/\\evil.example',
    '/%09/evil.example',
    'https://evil.example',
    'javascript:alert(1)',
    '',
  ]) {
    expect(nextPath(`?next=${bad}`)).toBe('/')
  }
  expect(nextPath('')).toBe('/')
  expect(withNext('/sign-in', '/j/abc')).toBe('/sign-in?next=%2Fj%2Fabc')
  expect(withNext('/sign-in', '/')).toBe('/sign-in')
})

test('the title counts what is unread', () => {
  expect(title(0)).toBe('Parley')
  expect(title(3)).toBe('(3) Parley')
  expect(title(1_000)).toBe('(99+) Parley')
})

test('a guest looks the same in the log, where they are marked as one, and in the meeting', () => {
  expect(initials('Mia (guest)')).toBe('M')
  expect(tone('Mia (guest)')).toEqual(tone('Mia'))
})
