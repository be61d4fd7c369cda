import { describe, expect, test } from 'vitest'
import * as z from 'zod/mini'
import { ImportBatch } from '../../protocol/api.ts'
import { accounts } from '../../scripts/import/accounts.ts'
import { batches } from '../../scripts/import/batches.ts'
import { deliver } from '../../scripts/import/delivery.ts'
import type { Answer } from '../../scripts/import/room-door.ts'
import { sample } from '../../scripts/import/sample.ts'
import { parseChat } from '../../scripts/import/whatsapp.ts'
import type { ChatMessage } from '../../scripts/import/whatsapp.ts'

const roomId = '6f1c0a1e-5f5e-4f0e-9d0a-1d2f3c4b5a69'
const nobody = new Map<string, string>()

function messagesOf(text: string): ChatMessage[] {
  const parsed = parseChat(text, { timeZone: 'UTC', dateOrder: null })
  if (parsed.state !== 'read') throw new Error(parsed.state)
  return parsed.chat.messages
}

function idsOf(text: string, room: string = roomId): string[] {
  const made = batches(messagesOf(text), { roomId: room, accounts: nobody, append: false })
  return made.flatMap(({ messages }) => messages.map(({ id }) => id))
}

describe('ids', () => {
  const text = sample({ seed: 2, messages: 2_000, form: 'ios' })

  test('the same export gives the same ids, all different', () => {
    const ids = idsOf(text)

    expect(idsOf(text)).toEqual(ids)
    expect(new Set(ids).size).toBe(2_000)
  })

  test('a later, longer export of the same chat keeps them, even when its beginning is gone', () => {
    const whole = idsOf(text)
    const lines = text.split('\r\n')
    const from = lines.findIndex((line, index) => index > 200 && line.startsWith('['))
    const late = idsOf([...lines.slice(from), '[01.01.31, 10:00:00] Ada Byron: new', ''].join('\r\n'))

    const held = new Set(whole)
    expect(late.filter((id) => !held.has(id))).toEqual([late.at(-1)])
  })

  test('equal messages in one minute are different messages', () => {
    const said = '15/01/2024, 21:05 - Ada: ha'

    expect(new Set(idsOf([said, said, said].join('\n'))).size).toBe(3)
  })

  test('another room has other ids', () => {
    const others = new Set(idsOf(text, '00000000-0000-4000-8000-000000000000'))

    expect(idsOf(text).filter((id) => others.has(id))).toEqual([])
  })
})

describe('batches', () => {
  test('hold 500 messages in their order and fit the wire', () => {
    const messages = messagesOf(sample({ seed: 3, messages: 1_234, form: 'android' }))
    const made = batches(messages, { roomId, accounts: nobody, append: true })

    expect(made.map((batch) => batch.messages.length)).toEqual([500, 500, 234])
    expect(made.flatMap((batch) => batch.messages.map(({ text }) => text))).toEqual(messages.map(({ text }) => text))
    expect(made.map((batch) => z.parse(ImportBatch, batch))).toEqual(made)
  })

  test('are shorter when the messages are long', () => {
    const messages = messagesOf(`15/01/2024, 21:05 - Ada: ${'long '.repeat(1_000_000)}`)
    const made = batches(messages, { roomId, accounts: nobody, append: false })

    expect(made.every((batch) => JSON.stringify(batch).length < 1_200_000)).toBe(true)
    expect(made.flatMap((batch) => batch.messages).length).toBe(messages.length)
  })

  test('say under which name it was written, and who that is if there is an account', () => {
    const ada = 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa'
    const messages = messagesOf('15/01/2024, 21:05 - Ada: hi\n15/01/2024, 21:06 - Linus: ho')
    const [batch] = batches(messages, { roomId, accounts: new Map([['Ada', ada]]), append: false })

    expect(batch?.messages.map(({ by, source }) => ({ by, source }))).toEqual([
      { by: ada, source: { name: 'Ada', source: 'whatsapp' } },
      { by: null, source: { name: 'Linus', source: 'whatsapp' } },
    ])
  })
})

describe('delivery', () => {
  const all = batches(messagesOf(sample({ seed: 4, messages: 1_100, form: 'ios' })), {
    roomId,
    accounts: nobody,
    append: false,
  })

  /** A room that keeps what it is given, and before that answers as told. */
  function room(answers: Answer[] = []) {
    const held: string[] = []
    const pauses: number[] = []
    const progress: number[] = []
    async function hand(batch: ImportBatch): Promise<Answer> {
      const trouble = answers.shift()
      // An answer that got lost on its way: the batch is in all the same.
      if (trouble !== undefined && trouble.state !== 'away') return trouble
      const fresh = batch.messages.filter(({ id }) => !held.includes(id))
      held.push(...fresh.map(({ id }) => id))
      if (trouble !== undefined) return trouble
      const repeated = batch.messages.length - fresh.length
      return { state: 'taken', imported: { head: held.length, added: fresh.length, repeated } }
    }
    const pause = async (ms: number): Promise<void> => void pauses.push(ms)
    return { held, pauses, progress, carrier: { hand, pause, onProgress: (done: number) => void progress.push(done) } }
  }

  test('brings every batch, and a second time adds nothing', async () => {
    const { held, progress, carrier } = room()

    expect(await deliver(all, carrier)).toEqual({ state: 'done', added: 1_100, repeated: 0, head: 1_100 })
    expect(await deliver(all, carrier)).toEqual({ state: 'done', added: 0, repeated: 1_100, head: 1_100 })
    expect(held).toEqual(all.flatMap(({ messages }) => messages.map(({ id }) => id)))
    expect(progress).toEqual([500, 1_000, 1_100, 500, 1_000, 1_100])
  })

  test('sends the same batch again when the answer is lost or the room is busy', async () => {
    const { held, pauses, carrier } = room([
      { state: 'away', detail: 'connection reset' },
      { state: 'busy', retryAfterMs: 1_500, detail: 'slow down' },
      { state: 'busy', retryAfterMs: null, detail: 'the database is away' },
    ])

    expect(await deliver(all, carrier)).toEqual({ state: 'done', added: 600, repeated: 500, head: 1_100 })
    expect(held).toEqual(all.flatMap(({ messages }) => messages.map(({ id }) => id)))
    expect(pauses).toEqual([250, 1_500, 1_000])
  })

  test('stops at a refusal, and after a minute without an answer', async () => {
    const refused: Answer = { state: 'refused', kind: 'room_has_messages', status: 409, detail: 'no' }
    const away: Answer = { state: 'busy', retryAfterMs: null, detail: 'gone' }
    const patient = room(Array.from({ length: 100 }, () => away))

    expect(await deliver(all, room([refused]).carrier)).toEqual({
      state: 'stopped',
      answer: refused,
      added: 0,
      repeated: 0,
      head: 0,
    })
    expect(await deliver(all, patient.carrier)).toEqual({
      state: 'stopped',
      answer: away,
      added: 0,
      repeated: 0,
      head: 0,
    })
    expect(patient.pauses.reduce((sum, ms) => sum + ms, 0)).toBe(55_750)
  })
})

describe('accounts', () => {
  const [ada, grace] = ['aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa', 'bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb']
  const idByEmail = new Map([
    ['ada@example.org', ada],
    ['grace@example.org', grace],
  ])
  const names = new Set(['Ada', 'Grace'])

  test('a name becomes the member behind the e-mail', () => {
    const found = accounts(new Map([['Ada', 'ada@example.org']]), names, { idByEmail, members: new Set([ada]) })

    expect([...found]).toEqual([['Ada', ada]])
  })

  test.each([
    [['Bo', 'ada@example.org'], new Set([ada]), 'Nobody in this chat is called Bo. The names are: Ada, Grace.'],
    [['Ada', 'bo@example.org'], new Set([ada]), 'Nobody has signed up as bo@example.org.'],
    [
      ['Grace', 'grace@example.org'],
      new Set([ada]),
      'grace@example.org is not a member of the room: send them a join link first.',
    ],
    [['Ada', 'ada@example.org'], null, 'There is no such room.'],
  ] as const)('%s is refused when it does not fit', (pair, members, message) => {
    expect(() => accounts(new Map([pair]), names, { idByEmail, members })).toThrow(message)
  })
})
