import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launch } from './support/browser.ts'
import { composer, message, send } from './support/person.ts'
import { choose, together } from './support/together.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(async () => await browser.close())

/** What a message's menu is in. A browser that could not fetch it once gives it to nobody before it loads the page anew. */
const part = '**/assets/over-*.js'

/** Asks of the page whether Parley answers. */
const probe = (page: Page) => {
  let answered = 0
  let failed = 0
  page.on('response', (answer) => void (answer.request().method() === 'HEAD' && answered++))
  page.on('requestfailed', (request) => void (request.method() === 'HEAD' && failed++))
  return { answered: () => answered, failed: () => failed }
}

function loads(page: Page): () => number {
  let loaded = 0
  page.on('load', () => loaded++)
  return () => loaded
}

test('a part of the page that the network failed comes with the page loaded anew, once Parley answers and somebody asks for it', async () => {
  const { ada } = await together(browser, 'Locks')
  const { page } = ada
  await send(page, 'The lock is shut')
  const failed = page.waitForEvent('requestfailed', (request) => request.url().includes('/over-'))
  await page.route(part, (route) => route.abort())
  await page.route('/', (route) => (route.request().method() === 'HEAD' ? route.abort() : route.continue()))
  await page.reload()
  await failed
  const [loaded, asked] = [loads(page), probe(page)]
  await composer(page).fill('Half a word')

  await message(page, 'The lock is shut').press('m')
  await expect.poll(asked.failed).toBe(1)
  expect(await composer(page).inputValue()).toBe('Half a word')
  expect(loaded()).toBe(0)

  await page.unrouteAll()
  await page.evaluate(() => dispatchEvent(new Event('online')))
  await expect.poll(loaded).toBe(1)
  await expect.poll(() => composer(page).inputValue()).toBe('Half a word')
  await choose(ada, 'The lock is shut', 'Copy text')
  expect(loaded()).toBe(1)
  expect(ada.errors).toEqual([])
})

test('a page of which a newer version went out is loaded anew once when a part is gone', async () => {
  const { ada } = await together(browser, 'Weirs')
  const { page } = ada
  await send(page, 'The weir is open')
  let gone = 0
  await page.route(part, (route) => {
    gone++
    return route.fulfill({ status: 404, body: 'gone' })
  })
  await page.reload()
  await expect.poll(() => gone).toBe(1)
  const loaded = loads(page)

  await message(page, 'The weir is open').press('m')
  await expect.poll(loaded).toBe(1)
  const asked = probe(page)
  await message(page, 'The weir is open').press('m')

  await expect.poll(asked.answered).toBe(2)
  await composer(page).fill('Still here')
  expect(await composer(page).inputValue()).toBe('Still here')
  expect(loaded()).toBe(1)
})
