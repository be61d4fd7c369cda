import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { strToU8, zipSync } from 'fflate'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import * as z from 'zod/mini'
import { ImportBatch } from '../../protocol/api.ts'
import { readChatFile } from '../../scripts/import/chat-file.ts'
import { options } from '../../scripts/import/options.ts'
import { progress } from '../../scripts/import/progress.ts'
import { importChat } from '../../scripts/import/run.ts'
import { Advice } from '../../scripts/lib/advice.ts'

const room = '6f1c0a1e-5f5e-4f0e-9d0a-1d2f3c4b5a69'
const chat = `[28.02.24, 23:59:40] Grace: Who brings the ropes?
[29.02.24, 00:00:05] Ada: I do.
[29.02.24, 00:00:06] Ada: \u200eimage omitted
[29.02.24, 00:00:07] Boat club: \u200eLinus left
`

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-import-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

describe('the chat file', () => {
  test('is found by its name in a zip, beside media and other texts', () => {
    const zip = zipSync({
      'IMG-20240228-WA0001.jpg': new Uint8Array(1_000),
      'notes.txt': strToU8('an attachment'),
      '__MACOSX/._chat.txt': strToU8('no'),
      'WhatsApp Chat with Boat club.txt': strToU8(chat),
    })

    expect(readChatFile(file('export.zip', zip))).toBe(chat)
    expect(readChatFile(file('ios.zip', zipSync({ 'x/_chat.txt': strToU8(chat), 'a.txt': strToU8('no') })))).toBe(chat)
    expect(readChatFile(file('only.zip', zipSync({ 'Bootsclub.txt': strToU8(chat) })))).toBe(chat)
  })

  test('may be UTF-16, and its byte order mark is not text', () => {
    const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(chat, 'utf16le')])

    expect(readChatFile(file('notepad.txt', utf16))).toBe(chat)
    expect(readChatFile(file('bom.txt', `\ufeff${chat}`))).toBe(chat)
  })

  test('says what is wrong with it', () => {
    const cases: [string, RegExp][] = [
      [join(folder, 'gone.txt'), /^There is no file .*gone\.txt\.$/],
      [folder, /is a folder/],
      [file('broken.zip', 'PK\u0003\u0004 and then nothing'), /is a damaged zip file/],
      [file('photos.zip', zipSync({ 'a.jpg': new Uint8Array(3) })), /there is no \.txt file in it/],
      [
        file('many.zip', zipSync({ 'a.txt': strToU8('a'), 'b.txt': strToU8('b') })),
        /several \.txt files \(a\.txt, b\.txt\)/,
      ],
    ]

    for (const [path, message] of cases) expect(() => readChatFile(path)).toThrow(message)
  })
})

describe('the command line', () => {
  test('is read whole', () => {
    const line = [
      'chat.zip',
      '--room',
      `http://localhost:8787/r/${room.toUpperCase()}`,
      '--as',
      'Ada = B=Ada@Example.org',
      '--append',
    ]
    const asked = options([...line, '--time-zone', 'europe/berlin', '--date-order', 'day'], { PARLEY_PORT: '28787' })

    expect(asked).toEqual({
      file: 'chat.zip',
      roomId: room,
      as: new Map([['Ada = B', 'ada@example.org']]),
      append: true,
      timeZone: 'Europe/Berlin',
      dateOrder: 'day',
      server: 'http://127.0.0.1:28787',
    })
  })

  test('names a file from where the person stands, also through npm', () => {
    const fileIn = (env: NodeJS.ProcessEnv, path: string): string => options([path, '--room', room], env).file
    const npm = { npm_lifecycle_event: 'import', INIT_CWD: '/home/ada/chats' }

    expect(fileIn(npm, 'boats.zip')).toBe('/home/ada/chats/boats.zip')
    expect(fileIn(npm, '/media/boats.zip')).toBe('/media/boats.zip')
    expect(fileIn({ INIT_CWD: '/home/ada/chats' }, 'boats.zip')).toBe('boats.zip')
  })

  test.each([
    [[], /^Which file\?/],
    [['a.txt'], /^Into which room\?/],
    [['a.txt', 'b.txt', '--room', room], /^One file at a time/],
    [['a.txt', '--room', 'boats'], /^--room boats is no room/],
    [['a.txt', '--room', room, '--as', 'Ada'], /does not say who is who/],
    [['a.txt', '--room', room, '--as', 'Ada=a@b', '--as', 'Ada=c@d'], /names Ada twice/],
    [['a.txt', '--room', room, '--time-zone', 'Mars/Base'], /^--time-zone Mars\/Base is not known/],
    [['a.txt', '--room', room, '--date-order', 'week'], /^--date-order is day/],
    [['a.txt', '--room', room, '--server', 'parley'], /^parley is no address/],
    [['a.txt', '--rooom', room], /Usage:/],
  ])('%j is answered with what to do', (args, message) => {
    expect(() => options(args, {})).toThrow(message)
    expect(() => options(args, {})).toThrow(Advice)
  })
})

describe('progress', () => {
  test('is a bar on a terminal and a few lines elsewhere', () => {
    const [terminal, log]: [string[], string[]] = [[], []]
    let now = 0
    const bars = progress({ isTTY: true, columns: 60, write: (line) => terminal.push(line) }, 2_000, () => now)
    const lines = progress({ write: (line) => log.push(line) }, 2_000, () => now)
    for (const done of [100, 500, 600, 2_000]) {
      now += 100
      bars.at(done)
      lines.at(done)
    }

    expect(terminal[1]).toBe('\r\u001b[K█████░░░░░░░░░░░░░░░ 500 of 2,000 messages, 2,500/s')
    expect(log).toEqual([
      '500 of 2,000 messages, 2,500/s\n',
      '600 of 2,000 messages, 2,000/s\n',
      '2,000 of 2,000 messages, 5,000/s\n',
    ])
  })
})

describe('the whole command', () => {
  type Reply = { status: number; body: unknown }
  const asked: { path: string; authorization: string; batch: ImportBatch }[] = []
  let reply: (batch: ImportBatch) => Reply
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      if (request.url === '/api/v1/health') return response.end('{"ok":true}')
      const batch = z.parse(ImportBatch, JSON.parse(body))
      asked.push({ path: request.url ?? '', authorization: request.headers.authorization ?? '', batch })
      const { status, body: answer } = reply(batch)
      return response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
    })
  })
  beforeAll(() => new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening)))
  afterAll(() => server.close())
  beforeEach(() => {
    asked.length = 0
    reply = ({ messages }) => ({ status: 200, body: { head: messages.length, added: messages.length, repeated: 0 } })
  })

  function run(content: string, ...more: string[]): Promise<string> {
    const { port } = server.address() as AddressInfo
    const env = { SUPABASE_SERVICE_KEY: 'key', PARLEY_PORT: String(port), PARLEY_DATA_DIR: folder }
    const args = [file('_chat.txt', content), '--room', room, '--time-zone', 'Europe/Berlin', ...more]
    return importChat(options(args, env), env, { write: () => true })
  }

  function problem(status: number, kind: string, title: string): Reply {
    return { status, body: { type: `/problems/${kind}`, title, status } }
  }

  test('sends the messages with the service key and sums up', async () => {
    const told = await run(chat)

    expect(
      asked.map(({ path, authorization, batch }) => ({ path, authorization, messages: batch.messages.length })),
    ).toEqual([{ path: `/api/v1/rooms/${room}/import`, authorization: 'Bearer key', messages: 2 }])
    expect(asked[0]?.batch.messages.map(({ at, source, text: said }) => [at, source?.name, said])).toEqual([
      [Date.UTC(2024, 1, 28, 22, 59, 40), 'Grace', 'Who brings the ropes?'],
      [Date.UTC(2024, 1, 28, 23, 0, 5), 'Ada', 'I do.'],
    ])
    expect(told).toBe(
      [
        '2 messages added.',
        'People (2):',
        '  Grace  1',
        '  Ada    1',
        '1 attachment left out; captions are kept.',
        'Skipped (1):',
        '  line 4: system line',
      ].join('\n'),
    )
  })

  test('a second run says that all was there', async () => {
    reply = ({ messages }) => ({ status: 200, body: { head: 2, added: 0, repeated: messages.length } })

    expect((await run(chat)).split('\n')[0]).toBe('0 messages added, 2 already there.')
  })

  test('waits as long as a busy server asks, then goes on', async () => {
    const busy = { status: 503, body: { ...(problem(503, 'database_away', 'away').body as object), retryAfterMs: 1 } }
    const answers: Reply[] = [busy, busy]
    const taken = reply
    reply = (batch) => answers.shift() ?? taken(batch)

    expect((await run(chat)).split('\n')[0]).toBe('2 messages added.')
    expect(asked.length).toBe(3)
    expect(asked[2]).toEqual(asked[0])
  })

  test.each([
    [problem(409, 'room_has_messages', 'The room has messages of its own'), /Add --append/],
    [problem(404, 'not_found', 'There is nothing here'), new RegExp(`^There is no room ${room}`)],
    [problem(401, 'sign_in', 'Sign in first'), /does not accept the service key/],
    [
      problem(500, 'internal', 'Something went wrong here'),
      /^The server refused a batch: Something went wrong here \(500\)/,
    ],
    [{ status: 200, body: 'hello' }, /The answer is not one of Parley/],
  ])('a refusal is answered with what to do', async (answer, message) => {
    reply = () => answer

    await expect(run(chat)).rejects.toThrow(message)
    await expect(run(chat)).rejects.toThrow(Advice)
  })

  test.each([
    ['Dear Ada,\nall is well', [], /is not a WhatsApp chat export/],
    ['[28.02.24, 23:59:40] Boat club: \u200eLinus left', [], /holds no message by anyone/],
    [
      '03/04/24, 10:00 - Ada: hi',
      [],
      /whether 03\/04\/24 \(line 1\) begins with the day or the month: add --date-order/,
    ],
    [
      '31/04/24, 10:00 - Ada: hi\n13/04/24, 10:00 - Ada: hi',
      ['--date-order', 'month'],
      /^--date-order month does not fit: 31\/04\/24 \(line 1\)/,
    ],
    [chat, ['--as', 'Ada=ada@example.org'], /set DATABASE_URL/],
    [
      chat,
      ['--server', 'http://127.0.0.1:1'],
      /^Nothing answers at http:\/\/127\.0\.0\.1:1: start it with npm start\.$/,
    ],
  ])('%j with %j goes nowhere', async (content, more, message) => {
    await expect(run(content, ...more)).rejects.toThrow(message)
    expect(asked).toEqual([])
  })

  test('the local key does not go to another host', async () => {
    const path = file('_chat.txt', chat)

    await expect(
      importChat(
        options([path, '--room', room, '--server', 'https://chat.example.org'], {}),
        {},
        { write: () => true },
      ),
    ).rejects.toThrow('For https://chat.example.org, set SUPABASE_SERVICE_KEY to its service key.')
  })
})
