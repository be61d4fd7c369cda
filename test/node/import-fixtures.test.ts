import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseChat } from '../../scripts/import/whatsapp.ts'
import type { Chat, Reading } from '../../scripts/import/whatsapp.ts'

const folder = join(import.meta.dirname, 'fixtures/whatsapp')

function read(file: string, reading: Partial<Reading> = {}): Chat {
  const text = readFileSync(join(folder, file), 'utf8')
  const parsed = parseChat(text, { timeZone: 'UTC', dateOrder: null, ...reading })
  if (parsed.state !== 'read') throw new Error(`${file} is ${parsed.state}`)
  return parsed.chat
}

/** Who said what when, a line each. */
function told({ messages }: Chat): string[] {
  return messages.map(({ at, name, text }) => `${new Date(at).toISOString().slice(0, 19)} ${name}: ${text}`)
}

function skipped(chat: Chat): string[] {
  return chat.skipped.map(({ line, reason }) => `${line} ${reason}`)
}

test('an iOS export in German keeps every word and leaves out notices, deleted messages and attachments', () => {
  const chat = read('ios-german.txt', { timeZone: 'Europe/Berlin' })

  expect(told(chat)).toEqual([
    '2024-02-28T22:59:40 Mele Tupou: Wer bringt morgen die Leinen mit?\nUnd die Westen?\n\nDanke!',
    '2024-02-28T23:00:05 Søren Ås: Ich. 12:30 am Steg: passt das?',
    '2024-02-29T06:16:02 Søren Ås: Unser Boot',
    '2024-02-29T06:20:00 Mele Tupou: Treffpunkt 12:45',
    '2024-02-29T06:21:00 ~ Ndidi: @\u2068Mele Tupou\u2069 ich komme später',
    '2024-02-29T06:22:00 Ndidi: Standort: https://maps.example.org/?q=54.3,10.1',
  ])
  expect(skipped(chat)).toEqual(['1 system line', '2 system line', '11 deleted message', '15 system line'])
  expect(chat.attachments).toBe(3)
  expect([...chat.people]).toEqual([
    ['Mele Tupou', 2],
    ['Søren Ås', 2],
    ['~ Ndidi', 1],
    ['Ndidi', 1],
  ])
})

test('an iOS export in American English: the month first, noon and midnight, a poll', () => {
  const chat = read('ios-english.txt', { timeZone: 'America/New_York' })

  expect(told(chat)).toEqual([
    '2021-03-14T13:27:10 Ada Byron: Pi day!',
    '2021-03-14T16:00:00 Grace Brewster: noon',
    '2021-03-15T04:00:00 Grace Brewster: midnight',
    '2021-03-16T00:02:00 Ada Byron: POLL:\nWhere to?\n\u200eOPTION: Lake (\u200e2 votes)\n\u200eOPTION: Sea (\u200e0 votes)',
  ])
  expect(skipped(chat)).toEqual(['1 system line'])
  expect(chat.attachments).toBe(1)
})

test('an Android export: pasted lines that look like other heads stay in the message', () => {
  const chat = read('android-british.txt', { timeZone: 'Europe/London' })

  expect(told(chat)).toEqual([
    '2024-01-01T00:00:00 Ravi Narayan: Happy new year 🎆',
    '2024-01-01T00:02:00 Ada Byron: From the roof',
    '2024-01-01T00:04:00 Ravi Narayan: See you at 9: same place',
    '2024-01-01T00:05:00 Ada Byron: they wrote:\n[01/01/2024, 00:01:07] Linus: pasted from elsewhere\n1/1/24, 9:05 PM - Linus: and so was this',
  ])
  expect(skipped(chat)).toEqual([
    '1 system line',
    '2 system line',
    '3 system line',
    '8 deleted message',
    '13 system line',
    '14 no text',
  ])
  expect(chat.attachments).toBe(2)
})

test.each([
  [
    'android-american.txt',
    ['2023-12-31T23:59:00 Grace Brewster: almost', '2024-01-01T00:01:00 Linus Vaher: there'],
    [],
  ],
  [
    'android-spanish.txt',
    ['2023-08-05T21:05:00 Grace Brewster: buenas noches', '2023-08-13T00:30:00 Linus Vaher: listo'],
    ['3 deleted message'],
  ],
  [
    'android-arabic.txt',
    ['2024-01-15T21:05:00 ليلى: مرحبا', '2024-01-16T10:15:00 يوسف: \u200fالاجتماع الساعة ١٠:٣٠'],
    [],
  ],
  ['ios-hebrew.txt', ['2024-01-15T21:05:12 דנה: שלום \u200f(כן)'], ['2 deleted message']],
  ['ios-japanese.txt', ['2024-01-15T21:05:12 山田 花: 雨です', '2024-01-16T07:00:00 Søren Ås: ja'], []],
  ['ios-chinese.txt', ['2024-01-15T21:05:12 山田 花: 晚安', '2024-01-16T00:05:12 山田 花: 还没睡'], []],
  ['android-finnish.txt', ['2024-01-15T21:05:00 Linus Vaher: moi', '2024-01-16T07:30:00 Linus Vaher: huomenta'], []],
])('%s is read in its own words', (file, messages, notRead) => {
  const chat = read(file)

  expect({ messages: told(chat), skipped: skipped(chat) }).toEqual({ messages, skipped: notRead })
})
