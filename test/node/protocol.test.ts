import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import * as z from 'zod/mini'
import { Downstream } from '../../protocol/downstream.ts'
import { GuestDownstream, GuestUpstream } from '../../protocol/guest-chat.ts'
import { ClientId, DerivedId, uuidV7, uuidV8 } from '../../protocol/ids.ts'
import { InboxDownstream, InboxUpstream } from '../../protocol/inbox.ts'
import { limits } from '../../protocol/limits.ts'
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
