import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { limits } from '../../protocol/limits.ts'
import { utf8Bytes } from '../../protocol/text.ts'
import { parts } from '../../scripts/import/parts.ts'
import { sample } from '../../scripts/import/sample.ts'
import { wallClock } from '../../scripts/import/wall-clock.ts'
import { parseChat } from '../../scripts/import/whatsapp.ts'
import type { Chat, Reading } from '../../scripts/import/whatsapp.ts'

const dayMs = 86_400_000

function chatOf(text: string, reading: Partial<Reading> = {}): Chat {
  const parsed = parseChat(text, { timeZone: 'UTC', dateOrder: null, ...reading })
  if (parsed.state !== 'read') throw new Error(`not read: ${parsed.state}`)
  return parsed.chat
}

function walls(text: string): string[] {
  return chatOf(text).messages.map(({ wall }) => wall)
}

describe('every form gives back what it was rendered from', () => {
  type Said = { at: number; name: string; text: string }
  type Style = {
    form: 'ios' | 'android'
    order: 'day' | 'month' | 'year'
    separator: '/' | '.' | '-'
    years: 2 | 4
    padded: boolean
    seconds: boolean
    clock: '24' | 'AM' | 'am' | 'a.m.' | 'a.\u00a0m.' | '午前'
    marks: boolean
    newline: '\n' | '\r\n'
    bom: boolean
  }

  const style: fc.Arbitrary<Style> = fc.record({
    form: fc.constantFrom('ios', 'android'),
    order: fc.constantFrom('day', 'month', 'year'),
    separator: fc.constantFrom('/', '.', '-'),
    years: fc.constantFrom(2, 4),
    padded: fc.boolean(),
    seconds: fc.boolean(),
    clock: fc.constantFrom('24', 'AM', 'am', 'a.m.', 'a.\u00a0m.', '午前'),
    marks: fc.boolean(),
    newline: fc.constantFrom('\n', '\r\n'),
    bom: fc.boolean(),
  })

  // Names and lines of any script, without what the format itself cannot tell apart: a colon in a name, a line that
  // begins like a head, a notice's own words.
  const name = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
    .map((text) => text.replace(/[\p{C}\p{Z}:"“”„«»]/gu, 'n'))
  const lineOfText = fc
    .string({ unit: 'grapheme', maxLength: 60 })
    .map((text) => text.replace(/[\p{Cc}\p{Cf}\u2028\u2029<>[\]()]/gu, ' ').replace(/^\s*\p{Nd}/u, 'd'))
  const text = fc
    .array(lineOfText, { minLength: 1, maxLength: 4 })
    .map((lines) => lines.join('\n').trim())
    .filter((whole) => whole !== '')
  const said: fc.Arbitrary<Said[]> = fc.array(
    fc.record({
      at: fc.integer({ min: Date.UTC(2012, 0), max: Date.UTC(2039, 0) }).map((at) => Math.floor(at / 60_000) * 60_000),
      name,
      text,
    }),
    { minLength: 1, maxLength: 30 },
  )

  function render(messages: readonly Said[], how: Style): string {
    const lines = messages.map((message) => {
      const [date, time] = [dateIn(message.at, how), timeIn(message.at, how)]
      const mark = how.marks ? '\u200e' : ''
      const head = how.form === 'ios' ? `${mark}[${date}, ${time}] ` : `${date}, ${time} - `
      return `${head}${mark}${message.name}: ${message.text.replaceAll('\n', how.newline)}`
    })
    return `${how.bom ? '\ufeff' : ''}${lines.join(how.newline)}${how.newline}`
  }

  function dateIn(at: number, { order, separator, years, padded, marks }: Style): string {
    const date = new Date(at)
    const two = (number: number): string => (padded ? String(number).padStart(2, '0') : String(number))
    const year = String(date.getUTCFullYear()).slice(-(order === 'year' ? 4 : years))
    const [month, day] = [two(date.getUTCMonth() + 1), two(date.getUTCDate())]
    const numbers = { day: [day, month, year], month: [month, day, year], year: [year, month, day] }[order]
    return numbers.join(`${marks ? '\u200f' : ''}${separator}`)
  }

  function timeIn(at: number, { clock, seconds }: Style): string {
    const date = new Date(at)
    const hours = date.getUTCHours()
    const rest = `:${String(date.getUTCMinutes()).padStart(2, '0')}${seconds ? ':00' : ''}`
    if (clock === '24') return `${String(hours).padStart(2, '0')}${rest}`
    const twelve = `${hours % 12 === 0 ? 12 : hours % 12}${rest}`
    if (clock === '午前') return `${hours < 12 ? '午前' : '午後'}${twelve}`
    return `${twelve}\u202f${hours < 12 ? clock : clock.replace('a', 'p').replace('A', 'P')}`
  }

  test('in all of its dates, times, names and texts', () => {
    fc.assert(
      fc.property(said, style, (messages, how) => {
        const dateOrder = how.order === 'year' ? null : how.order
        const chat = chatOf(render(messages, how), { dateOrder })
        expect(chat.messages.map((message) => ({ at: message.at, name: message.name, text: message.text }))).toEqual(
          messages,
        )
        expect(chat.skipped).toEqual([])
      }),
      { numRuns: 500, seed: 7 },
    )
  })

  test('and a chat that runs over more than twelve days tells its order by itself', () => {
    const days = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 2, maxLength: 30 })
    fc.assert(
      fc.property(days, style, fc.constantFrom<'day' | 'month'>('day', 'month'), (steps, how, order) => {
        let at = Date.UTC(2022, 4, 13)
        const messages = steps.map((step) => ({ at: (at += step * dayMs), name: 'Ada', text: 'hello' }))
        const chat = chatOf(render(messages, { ...how, order, separator: '/' }))
        expect(chat.messages.map((message) => message.at)).toEqual(messages.map((message) => message.at))
      }),
      { seed: 11 },
    )
  })
})

describe('anything may come in', () => {
  test('arbitrary text is read or refused, and never throws', () => {
    const piece = fc.constantFrom(
      '[1/2/24, 10:00:00] ',
      '31/12/23, 9:05\u202fPM - ',
      'Ada: ',
      '\u200e',
      '\u202e',
      '\ufeff',
      '\r',
      '\n',
      '\u0000',
      '\ud800',
      '<attached: a.jpg>',
      '<This message was edited>',
      ':',
      ']',
      ' - ',
    )
    const text = fc.array(fc.oneof(piece, fc.string({ unit: 'binary', maxLength: 12 })), { maxLength: 60 })
    fc.assert(
      fc.property(text, (pieces) => {
        const parsed = parseChat(pieces.join(''), { timeZone: 'Europe/Berlin', dateOrder: 'day' })
        if (parsed.state !== 'read') return
        for (const message of parsed.chat.messages) {
          expect(message.text.trim()).not.toBe('')
          expect(message.text.includes('\u0000') || !message.text.isWellFormed()).toBe(false)
        }
      }),
      { numRuns: 2_000, seed: 3 },
    )
  })

  test('arbitrary bytes are read or refused, and never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => {
        parseChat(new TextDecoder().decode(bytes), { timeZone: 'UTC', dateOrder: null })
      }),
      { seed: 5 },
    )
  })

  test('a text that is no chat is refused', () => {
    expect(parseChat('Dear Ada,\n\nall is well.\n', { timeZone: 'UTC', dateOrder: null })).toEqual({
      state: 'not_a_chat',
    })
    expect(parseChat('', { timeZone: 'UTC', dateOrder: null })).toEqual({ state: 'not_a_chat' })
    expect(parseChat('45/45/24, 10:00 - Ada: hello', { timeZone: 'UTC', dateOrder: null })).toEqual({
      state: 'not_a_chat',
    })
  })

  test('fifty thousand messages come out of an export of fifty thousand', () => {
    const chats = (['ios', 'android'] as const).map((form) => chatOf(sample({ seed: 1, messages: 50_000, form })))

    expect(chats.map((chat) => chat.messages.length)).toEqual([50_000, 50_000])
    expect(chats.map((chat) => chat.dateOrder)).toEqual(['day', 'month'])
  })
})

describe('which number is the day', () => {
  test('a number above twelve decides', () => {
    expect(walls('01/02/24, 10:00 - Ada: a\n13/02/24, 10:00 - Ada: b')).toEqual([
      '2024-02-01T10:00:00',
      '2024-02-13T10:00:00',
    ])
    expect(walls('01/02/24, 10:00 - Ada: a\n02/13/24, 10:00 - Ada: b')).toEqual([
      '2024-01-02T10:00:00',
      '2024-02-13T10:00:00',
    ])
  })

  test('else the order in which time does not run backwards', () => {
    expect(walls('04/05/24, 10:00 - Ada: a\n03/06/24, 10:00 - Ada: b')).toEqual([
      '2024-05-04T10:00:00',
      '2024-06-03T10:00:00',
    ])
    expect(walls('05/04/24, 10:00 - Ada: a\n06/03/24, 10:00 - Ada: b')).toEqual([
      '2024-05-04T10:00:00',
      '2024-06-03T10:00:00',
    ])
  })

  test('one impossible line among many is a pasted one', () => {
    const text =
      '12/02/24, 10:00 - Ada: look\n02/25/24, 10:00 - Linus: pasted\n13/02/24, 10:00 - Ada: b\n14/02/24, 10:00 - Ada: c'

    expect(chatOf(text).messages.map((message) => message.text)).toEqual([
      'look\n02/25/24, 10:00 - Linus: pasted',
      'b',
      'c',
    ])
  })

  test('two digits at the front are a year when nothing else fits', () => {
    expect(walls('24/01/30, 10:00 - Ada: a\n24/02/29, 10:00 - Ada: b')).toEqual([
      '2024-01-30T10:00:00',
      '2024-02-29T10:00:00',
    ])
  })

  test('dots put the day first, as in every language that writes them', () => {
    expect(walls('03.04.24, 10:00 - Ada: a')).toEqual(['2024-04-03T10:00:00'])
  })

  test('the same date in both orders needs no answer', () => {
    expect(walls('05/05/24, 10:00 - Ada: a')).toEqual(['2024-05-05T10:00:00'])
  })

  test('an order given by hand that makes most dates impossible is refused', () => {
    const text = '03/04/24, 10:00 - Ada: a\n03/14/24, 10:00 - Ada: b\n03/15/24, 10:00 - Ada: c'

    expect(parseChat(text, { timeZone: 'UTC', dateOrder: 'day' })).toEqual({
      state: 'date_order_wrong',
      line: 2,
      shown: '03/14/24',
    })
  })

  test('what cannot be told is asked', () => {
    const text = '03/04/24, 10:00 - Ada: a\n05/06/24, 10:00 - Ada: b'

    expect(parseChat(text, { timeZone: 'UTC', dateOrder: null })).toEqual({
      state: 'date_order_unclear',
      line: 1,
      shown: '03/04/24',
    })
    expect(chatOf(text, { dateOrder: 'month' }).messages.map(({ wall }) => wall)).toEqual([
      '2024-03-04T10:00:00',
      '2024-05-06T10:00:00',
    ])
  })
})

describe('the clock on the wall', () => {
  test('an hour shown twice runs on, and a skipped one is read as the hour after', () => {
    const said = (time: string): string => `[27.10.2024, ${time}] Ada: x`
    const text = [said('01:59:00'), said('02:10:00'), said('02:50:00'), said('02:20:00'), said('03:00:00')].join('\n')

    expect(
      chatOf(text, { timeZone: 'Europe/Berlin' }).messages.map(({ at }) => new Date(at).toISOString().slice(11, 16)),
    ).toEqual(['23:59', '00:10', '00:50', '01:20', '02:00'])
    const skipped = chatOf('[31.03.2024, 02:30:00] Ada: x', { timeZone: 'Europe/Berlin' })
    expect(skipped.messages.map(({ at }) => new Date(at).toISOString())).toEqual(['2024-03-31T01:30:00.000Z'])
  })

  test('what the wall shows at an instant is read as that instant, in any zone', () => {
    const zones = [
      'Europe/Berlin',
      'America/St_Johns',
      'Australia/Lord_Howe',
      'Asia/Kathmandu',
      'Pacific/Apia',
      'Africa/Casablanca',
      'UTC',
    ]
    const instant = fc
      .integer({ min: Date.UTC(2009, 0), max: Date.UTC(2037, 0) })
      .map((at) => Math.floor(at / 1_000) * 1_000)
    fc.assert(
      fc.property(fc.constantFrom(...zones), instant, (timeZone, at) => {
        const shown = new Date(at).toLocaleString('sv-SE', { timeZone })
        const read = wallClock(timeZone).instantOf(Date.parse(`${shown.replace(' ', 'T')}Z`), at)
        // Of two hours that look the same, either is a reading of what is shown.
        expect(new Date(read).toLocaleString('sv-SE', { timeZone })).toBe(shown)
      }),
      { seed: 13 },
    )
  })
})

describe('what a message cannot hold', () => {
  test('a text too long for one message becomes parts, and nothing of it is lost', () => {
    const text = fc
      .array(fc.string({ unit: 'grapheme', maxLength: 200 }), { minLength: 1, maxLength: 30 })
      .map((lines) => lines.join('\n'))
    fc.assert(
      fc.property(text, fc.integer({ min: 16, max: 400 }), (whole, bytes) => {
        const pieces = parts(whole, bytes)
        expect(pieces.every((piece) => utf8Bytes(piece) <= bytes)).toBe(true)
        expect(pieces.join('').replace(/\s/g, '')).toBe(whole.replace(/\s/g, ''))
      }),
      { seed: 17 },
    )
  })

  test('and the summary knows of it, as of characters that cannot be stored', () => {
    const long = 'word '.repeat(limits.textBytes / 4).trim()
    const chat = chatOf(`[27.10.24, 10:00:00] Ada: ${long}\n[27.10.24, 10:01:00] Ada: a\u0000b\ud800`)

    expect(chat.split).toEqual([{ line: 1, parts: 2 }])
    expect(chat.repaired).toEqual([2])
    expect(chat.messages.map(({ text }) => text.length)).toEqual([16_379, 4_099, 4])
    expect(chat.messages.at(-1)?.text).toBe('a\ufffdb\ufffd')
  })
})
