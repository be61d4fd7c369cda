import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import * as z from 'zod/mini'
import { Downstream } from '../../protocol/downstream.ts'
import { GuestDownstream, GuestUpstream } from '../../protocol/guest-chat.ts'
import { ClientId, DerivedId, uuidV7, uuidV8 } from '../../protocol/ids.ts'
import { InboxDownstream, InboxUpstream } from '../../protocol/inbox.ts'
import { limits } from '../../protocol/limits.ts'
import { messageOf } from '../../protocol/message.ts'
import { changed, made } from '../../protocol/row.ts'
import { MessageText, utf8Bytes } from '../../protocol/text.ts'
import { Upstream } from '../../protocol/upstream.ts'
import { ledger, protocolVersion } from '../../protocol/version.ts'

test('[VER1] the wire is the one that the newest line of the ledger describes', () => {
  const schema = {
    room: { up: z.toJSONSchema(Upstream), down: z.toJSONSchema(Downstream) },
    guest: { up: z.toJSONSchema(GuestUpstream), down: z.toJSONSchema(GuestDownstream) },
    inbox: { up: z.toJSONSchema(InboxUpstream), down: z.toJSONSchema(InboxDownstream) },
  }
  const wire = createHash('sha256').update(JSON.stringify(schema)).digest('hex').slice(0, 16)

  expect(ledger.at(-1)).toMatchObject({ version: protocolVersion, wire })
})

test('[TXT1] a text is counted in bytes of UTF-8, as Postgres counts it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
      expect(utf8Bytes(text)).toBe(new TextEncoder().encode(text).length)
    }),
    { seed: 3 },
  )
})

test('[TXT1] the longest text fits and one byte more does not; U+0000 and lone surrogates never', () => {
  const fits = (text: string) => MessageText.safeParse(text).success

  expect(fits('x'.repeat(limits.textBytes))).toBe(true)
  expect(fits('x'.repeat(limits.textBytes + 1))).toBe(false)
  expect(fits('上'.repeat(Math.floor(limits.textBytes / 3)))).toBe(true)
  expect(fits(`${'上'.repeat(Math.floor(limits.textBytes / 3))}上`)).toBe(false)
  expect([fits('a\u0000'), fits('a\ud800'), fits('\udc00a'), fits(' \n ')]).toEqual([false, false, false, false])
})

test('[DUP3] ids of clients and ids that are derived can never be the same', () => {
  fc.assert(
    fc.property(fc.nat(), fc.uint8Array({ minLength: 16, maxLength: 32 }), (now, random) => {
      const [client, derived] = [uuidV7(now, random), uuidV8(random)]
      expect(ClientId.safeParse(client).success).toBe(true)
      expect(ClientId.safeParse(derived).success).toBe(false)
      expect(DerivedId.safeParse(derived).success).toBe(true)
      expect(DerivedId.safeParse(client).success).toBe(false)
    }),
    { seed: 5 },
  )
})

test('[REA1] reactions stand in the order in which they came up, those of one millisecond by person and emoji', () => {
  const [ada, grace] = ['a', 'b'].map((last) => `00000000-0000-7000-8000-00000000000${last}`) as [string, string]
  const id = uuidV7(1, new Uint8Array(10))
  const asked = { id, by: ada, text: 'hello', replyTo: null, mentions: [], source: null, hash: '' }
  const post = made({ kind: 'posted', seq: 1, at: 1, ...asked })
  const shown = (given: readonly (readonly [by: string, emoji: string, at: number])[]) => {
    const row = given.reduce((now, [by, emoji, at], n) => {
      return changed(now, {
        kind: 'reacted',
        seq: 2 + n,
        at,
        target: 1,
        id: uuidV7(2 + n, new Uint8Array(10)),
        by,
        emoji,
        hash: '',
      })
    }, post)
    return messageOf(row).reactions?.map(({ emoji, people }) => [emoji, people])
  }

  expect(
    shown([
      [grace, '👍', 2],
      [ada, '🎉', 3],
      [ada, '👍', 4],
    ]),
  ).toEqual([
    ['👍', [grace, ada]],
    ['🎉', [ada]],
  ])
  const atOnce = [
    [grace, '👍', 2],
    [grace, '🎉', 2],
    [ada, '👍', 2],
  ] as const
  expect(shown(atOnce)).toEqual([
    ['👍', [ada, grace]],
    ['🎉', [grace]],
  ])
  expect(shown(atOnce.toReversed())).toEqual(shown(atOnce))
})
