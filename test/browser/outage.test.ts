import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { keepScreenshot, launch, openWindow } from './support/browser.ts'
import { message, send } from './support/person.ts'
import { npmRun } from './support/program.ts'
import { recordedTexts } from './support/record.ts'
import { everyPartThere, meet } from './support/together.ts'
import { digTunnel } from './support/tunnel.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(async () => await browser.close())

/** Two people in one room; Grace reaches it through a tunnel. */
async function adaAndGrace(room: string) {
  const tunnel = await digTunnel()
  const [ada, grace] = [await openWindow(browser), await openWindow(browser, { width: 800, url: tunnel.url })]
  const { id } = await meet(ada, grace, room)
  await everyPartThere(grace)
  return { ada, grace, id, tunnel }
}

test('[FLU2] [OUT2] Postgres is stopped while they talk: they go on talking, reload and reconnect; afterwards every message is there once, in order', async () => {
  const { ada, grace, id } = await adaAndGrace('Outage')
  const said: string[] = []
  const say = async (from: typeof ada, to: typeof ada, text: string) => {
    await send(from.page, text)
    await message(to.page, text).waitFor()
    said.push(text)
  }
  await say(ada, grace, 'Before the outage')

  await npmRun('postgres', ['stop'])
  try {
    expect(await npmRun('postgres', ['status'])).toMatch(/does not run/)
    for (let i = 1; i <= 5; i++) {
      await say(ada, grace, `Ada goes on, ${i}`)
      await say(grace, ada, `Grace goes on, ${i}`)
    }
    await grace.page.reload()
    await message(grace.page, 'Grace goes on, 5').waitFor()
    await keepScreenshot(grace.page, 'postgres-away-800')
    await say(grace, ada, 'After a reload')
    await say(ada, grace, 'And back')
  } finally {
    await npmRun('postgres', ['start'])
  }

  await vi.waitFor(async () => expect(await recordedTexts(id)).toEqual(said), { timeout: 90_000, interval: 200 })
  expect([...ada.errors, ...grace.errors]).toEqual([])
})

test('[AC-01] [AC-06] [RES1] [OUT1] someone goes offline and comes back: what was said meanwhile arrives, what they wrote is sent, in order', async () => {
  const { ada, grace, id, tunnel } = await adaAndGrace('Tunnel')
  await send(ada.page, 'Before the tunnel')
  await message(grace.page, 'Before the tunnel').waitFor()

  tunnel.cut()
  for (let i = 1; i <= 3; i++) await send(ada.page, `Said meanwhile, ${i}`)
  for (let i = 1; i <= 3; i++) await send(grace.page, `Written in the tunnel, ${i}`)
  await message(grace.page, 'Written in the tunnel, 3').waitFor()
  await grace.page
    .getByText(/offline/i)
    .first()
    .waitFor()
  await keepScreenshot(grace.page, 'offline-800')
  tunnel.mend()
  // The browser says so when it finds a network; nobody waits out the delay of the next try.
  await grace.page.evaluate(() => window.dispatchEvent(new Event('online')))

  await message(ada.page, 'Written in the tunnel, 3').waitFor()
  await message(grace.page, 'Said meanwhile, 3').waitFor()
  const texts = async (page: typeof ada.page) =>
    await page
      .getByRole('article')
      .evaluateAll((rows) =>
        rows
          .map((row) => /Before the tunnel|Said meanwhile, \d|Written in the tunnel, \d/.exec(row.textContent)?.[0])
          .filter(Boolean),
      )
  const order = await texts(ada.page)
  expect(order).toHaveLength(7)
  expect(await texts(grace.page)).toEqual(order)
  expect(order.filter((text) => text?.startsWith('Written'))).toEqual(
    [1, 2, 3].map((i) => `Written in the tunnel, ${i}`),
  )
  await vi.waitFor(async () => expect(await recordedTexts(id)).toEqual(order), { timeout: 30_000, interval: 200 })
})

test('[AC-05] [PONG1] a socket that is open but deaf is noticed when the reader comes back, and what was said is there', async () => {
  const { ada, grace, tunnel } = await adaAndGrace('Deaf')
  tunnel.deafen()
  await send(ada.page, 'Do you hear me?')
  await message(ada.page, 'Do you hear me?').getByLabel('Sent').waitFor()

  await grace.page.evaluate(() => window.dispatchEvent(new Event('focus')))

  await message(grace.page, 'Do you hear me?').waitFor()
})

test('[OUT2] [AC-11] what was written without a network survives the tab and is sent by the next one, once', async () => {
  const { ada, grace, id, tunnel } = await adaAndGrace('Reloaded')
  const room = grace.page.url()
  tunnel.cut()
  await send(grace.page, 'Written without a network')
  await message(grace.page, 'Written without a network').waitFor()
  await grace.page.goto('about:blank')

  tunnel.mend()
  await grace.page.goto(room)

  await message(ada.page, 'Written without a network').waitFor()
  await vi.waitFor(async () => expect(await recordedTexts(id)).toEqual(['Written without a network']), {
    timeout: 30_000,
  })
  await message(grace.page, 'Written without a network').getByLabel('Read by everyone').waitFor()
  expect(await message(grace.page, 'Written without a network').count()).toBe(1)
})
