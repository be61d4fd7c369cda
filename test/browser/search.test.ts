import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { uuidV8 } from '../../protocol/ids.ts'
import { limits } from '../../protocol/limits.ts'
import { violationsInBothThemes } from './support/axe.ts'
import { keepScreenshot, launch, openWindow } from './support/browser.ts'
import { makeRoom, message, send, signUp } from './support/person.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(async () => await browser.close())

/** Fills a room with numbered messages of somebody from elsewhere. */
async function fill(room: string, count: number): Promise<void> {
  const { dataDir, pageUrl } = inject('parley')
  const { serviceKey } = JSON.parse(readFileSync(join(dataDir, 'keys.json'), 'utf8')) as { serviceKey: string }
  for (let done = 0; done < count; done += limits.importMessages) {
    const messages = Array.from({ length: Math.min(limits.importMessages, count - done) }, (_, i) => ({
      ...{ id: uuidV8(crypto.getRandomValues(new Uint8Array(16))), at: Date.now() - 86_400_000 + done + i, by: null },
      ...{ source: { name: 'Log book', source: 'demo' }, text: `Entry ${done + i + 1} of the log` },
    }))
    const answer = await fetch(`${pageUrl}/api/v1/rooms/${room}/import`, {
      method: 'POST',
      headers: { authorization: `Bearer ${serviceKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ messages, append: true }),
    })
    expect(answer.status).toBe(200)
  }
}

/** The seqs in view, from top to bottom: the row with the focus stays mounted wherever one scrolls. */
async function shown(page: Page): Promise<number[]> {
  return await page.locator('[role=log] [data-seq]').evaluateAll((rows) =>
    rows
      .map((row) => ({ seq: Number((row as HTMLElement).dataset['seq']), at: row.getBoundingClientRect() }))
      .filter(({ at }) => at.bottom > 0 && at.top < innerHeight)
      .sort((a, b) => a.at.top - b.at.top)
      .map(({ seq }) => seq),
  )
}

/** Scrolls on until a seq beyond this one is shown, and holds that nothing on the way is repeated, missing or out of order. */
async function readOn(page: Page, towards: 'older' | 'newer', beyond: number): Promise<void> {
  const log = page.locator('[role=log]').first()
  await expect
    .poll(
      async () => {
        await log.evaluate((list, by) => list.scrollBy(0, by), towards === 'older' ? -600 : 600)
        const seqs = await shown(page)
        expect(seqs).toEqual(seqs.map((_, i) => seqs[0]! + i))
        return towards === 'older' ? seqs[0]! < beyond : seqs.at(-1)! > beyond
      },
      { timeout: 30_000, interval: 50 },
    )
    .toBe(true)
}

test('[AC-24] [HIS7] a jump 10,000 messages back takes a few requests, shows the message in its context, and both ways go on without repeats', async () => {
  const { page } = await openWindow(browser)
  await signUp(page, 'Ada')
  const room = await makeRoom(page, 'The log')
  await page.goto('/')
  await fill(room, 10_300)
  await page.goto(`/r/${room}`)
  await message(page, 'Entry 10300 of the log').waitFor()

  const pages: string[] = []
  page.on('request', (request) => {
    if (/\/rooms\/[^/]+\/(messages|changes)/.test(request.url())) pages.push(request.url())
  })
  const target = message(page, 'Entry 250 of the log')
  await page.evaluate((to) => {
    history.pushState(null, '', to)
    dispatchEvent(new PopStateEvent('popstate'))
  }, `/r/${room}/m/250`)
  await target.waitFor()
  await expect.poll(async () => await target.evaluate((row) => row.contains(document.activeElement))).toBe(true)
  // The window, and what lies next to it on either side.
  expect(pages.length).toBeLessThanOrEqual(4)
  // Somewhere in the middle of what one sees.
  const { height } = page.viewportSize()!
  const middle = async () => ((await target.boundingBox())?.y ?? 0) / height
  await expect.poll(middle).toBeGreaterThan(0.2)
  await expect.poll(middle).toBeLessThan(0.8)
  await keepScreenshot(page, 'jump-far-back')

  await readOn(page, 'older', 130)
  await readOn(page, 'newer', 420)
  // Nothing that was skipped counts as read, and Esc leads back to the newest.
  await page.keyboard.press('Escape')
  await message(page, 'Entry 10300 of the log').waitFor()
})

test('[SRC1] [HIS7] what was said is found by a word, narrowed by who said it, and shown in its place', async () => {
  const { page } = await openWindow(browser)
  const searches = `Object.keys(localStorage).filter((key) => key.includes('searches'))`
  await signUp(page, 'Grace')
  const room = await makeRoom(page, 'Harbour')
  for (const text of ['The barometer falls', 'Reef the mainsail', 'Мы идём домой']) await send(page, text)
  // Search looks at what Postgres has.
  await expect
    .poll(async () => {
      const answer = await page.request.get(`/api/v1/search/messages?q=barometer&room=${room}`)
      return ((await answer.json()) as { items: unknown[] }).items.length
    })
    .toBe(1)

  await page.keyboard.press('Control+k')
  const panel = page.getByRole('complementary', { name: 'Search' })
  const field = panel.getByRole('combobox', { name: 'Search' })
  await field.fill('barometer')
  const found = panel.getByRole('list', { name: 'Found' })
  await expect.poll(async () => await found.getByRole('listitem').count()).toBe(1)
  expect(await found.locator('mark').allTextContents()).toEqual(['barometer'])
  expect(await violationsInBothThemes(page)).toEqual([])
  await keepScreenshot(page, 'search-1280-dark')

  await field.press('ArrowDown')
  await field.press('Enter')
  await page.waitForURL(/\/m\/\d+$/)
  await message(page, 'The barometer falls').waitFor()
  // What was found stays beside it.
  expect(await found.getByRole('listitem').count()).toBe(1)

  await field.fill('ДОМОЙ from:me')
  await panel.getByRole('list', { name: 'Narrowed to' }).getByRole('button').waitFor()
  await expect.poll(async () => await found.locator('mark').allTextContents()).toEqual(['домой'])
  await field.fill('nothingofthekind')
  await panel.getByText('Nothing was found').waitFor()

  // A person is named by id in what is asked for, and by name in what is shown.
  await field.fill('from:Linus')
  await panel.getByRole('option', { name: 'Linus' }).first().click()
  await panel.getByRole('button', { name: /^Drop from: Linus/ }).waitFor()
  await panel.getByRole('radio', { name: 'People' }).check({ force: true })
  await field.fill('W')
  await panel.getByText('Write at least 2 letters of a name.').waitFor()
  expect(await panel.getByText('Nothing was found').count()).toBe(0)

  // What was looked for leaves this browser with who looked for it.
  expect(await page.evaluate(searches)).not.toEqual([])
  await page.getByRole('button', { name: /^You:/ }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  // Its sockets may hear of the end before the answer to its request is there.
  await expect.poll(() => page.evaluate(searches)).toEqual([])
})

test('[SRC1] on a small screen what was found is there again on the way back', async () => {
  const { page } = await openWindow(browser, { width: 360, dark: true })
  await signUp(page, 'Linus')
  const room = await makeRoom(page, 'Quay')
  await send(page, 'Low water at nine')
  await expect
    .poll(async () => {
      const answer = await page.request.get(`/api/v1/search/messages?q=water&room=${room}`)
      return ((await answer.json()) as { items: unknown[] }).items.length
    })
    .toBe(1)
  await page.getByRole('button', { name: 'Search this room' }).click()
  const panel = page.getByRole('complementary', { name: 'Search' })
  await panel.getByRole('combobox', { name: 'Search' }).fill('water')
  const hit = panel.getByRole('list', { name: 'Found' }).getByRole('listitem')
  await hit.waitFor()
  expect(await violationsInBothThemes(page)).toEqual([])
  await keepScreenshot(page, 'search-360')

  await hit.getByRole('button').click()
  await panel.waitFor({ state: 'hidden' })
  await message(page, 'Low water at nine').waitFor()
  await page.goBack()
  await hit.waitFor()
})
