import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Message } from '../../protocol/message.ts'
import { freshId, makeRoomAs, openRoom, signUpBot } from './support/bot.ts'
import { runParley } from './support/parley.ts'

test.each([1, 9, 27])(
  '[ACK1] Parley is killed right after ack number %i: every acknowledged message is there after a restart, under its seq, once',
  async (deadly) => {
    const dataDir = mkdtempSync(join(tmpdir(), 'parley-killed-'))
    onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }))
    const before = await runParley(dataDir)
    const bot = await signUpBot(before.pageUrl, 'Ada')
    const room = await makeRoomAs(bot, before.pageUrl)
    const posts = Array.from({ length: 40 }, (_, i) => ({ t: 'post' as const, id: freshId(), text: `${i}` }))

    await new Promise<void>((deadlyAck, failed) => {
      openRoom(bot, before.pageUrl, room, () => {
        if (bot.acked.size === deadly) deadlyAck()
      }).then(({ send }) => posts.forEach((post) => send(post)), failed)
    })
    await before.kill()
    const acked = [...bot.acked]

    const after = await runParley(dataDir)
    try {
      const messages: Message[] = []
      const { close } = await new Promise<{ close(): void }>((caughtUp, failed) => {
        const opening = openRoom(bot, after.pageUrl, room, (frame) => {
          if (frame.t !== 'changes') return
          messages.push(...frame.messages)
          if (frame.live) opening.then(caughtUp, failed)
        })
        opening.catch(failed)
      })
      close()
      const kept = new Map(messages.map((message) => [message.id, message.seq]))
      expect(acked.length).toBeGreaterThanOrEqual(deadly)
      expect(acked.map(([id]) => [id, kept.get(id)])).toEqual(acked)
      expect(kept.size).toBe(messages.length)
    } finally {
      await after.stop()
    }
  },
)
