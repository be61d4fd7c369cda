import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest'
import type { SocketTicket } from '../../protocol/api.ts'
import { serve } from '../../scripts/lib/http-server.ts'
import { freePort } from '../../scripts/lib/ports.ts'
import { makeRoomAs, signUpBot } from './support/bot.ts'
import { launch, openWindow } from './support/browser.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(async () => await browser.close())

test('[TIC1] a page of another origin opens a room with a ticket, once', async () => {
  const { pageUrl } = inject('parley')
  const bot = await signUpBot(pageUrl, 'Embedded')
  const room = await makeRoomAs(bot, pageUrl)
  const headers = { authorization: `Bearer ${bot.token}` }
  const answer = await fetch(`${pageUrl}/api/v1/rooms/${room}/ticket`, { method: 'POST', headers })
  const { ticket } = (await answer.json()) as SocketTicket
  const embedder = await serve(await freePort(), 'EMBEDDER_PORT', async () => new Response('Elsewhere'))
  onTestFinished(() => embedder.close())
  const { page } = await openWindow(browser)
  await page.goto(embedder.url)

  const open = async () =>
    await page.evaluate(
      async ([url, credential]) => {
        const socket = new WebSocket(url, ['parley', `parley.ticket.${credential}`])
        return await new Promise((resolve) => {
          socket.addEventListener('close', ({ code }) => resolve(code))
          socket.addEventListener('open', () => socket.send('ping'))
          socket.addEventListener('message', ({ data }) => resolve([socket.protocol, data]))
        })
      },
      [`${pageUrl.replace('http', 'ws')}/api/v1/rooms/${room}/socket`, ticket] as const,
    )

  expect(await open()).toEqual(['parley', 'pong:0'])
  expect(await open()).toBe(4401)
})
