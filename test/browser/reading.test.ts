import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launch } from './support/browser.ts'
import { lookAway, lookBack, readsOf } from './support/looking.ts'
import { composer, message, send } from './support/person.ts'
import { choose, together } from './support/together.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(async () => await browser.close())

/** Far longer than it takes to read a message and to say so. */
const longMs = 10_000

async function seqOf(page: Page, text: string): Promise<number> {
  return Number(await message(page, text).first().getAttribute('data-seq'))
}

/** Turns the page's clock on, and hears out what it said meanwhile. */
async function pass(page: Page, ms: number): Promise<void> {
  await page.clock.fastForward(ms)
  await page.evaluate(() => new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted))))
}

/** How far the page says that its person has read, once it says no more. */
async function settled(page: Page, reads: { upTo: () => number }): Promise<number> {
  let before = -1
  while (before !== reads.upTo()) {
    before = reads.upTo()
    await pass(page, longMs)
  }
  return before
}

test('[AC-20] nothing is read while the window has no focus or the tab is hidden, and then what is in view', async () => {
  const { ada, grace } = await together(browser, 'Soundings')
  const reads = readsOf(grace.page)
  await grace.page.clock.install()
  await grace.page.reload()
  await composer(grace.page).waitFor()

  for (const [how, text] of [
    ['unfocused', 'Five fathoms'],
    ['hidden', 'Four fathoms'],
  ] as const) {
    await lookAway(grace.page, how)
    await send(ada.page, text)
    await message(grace.page, text).waitFor()
    await pass(grace.page, longMs)
    const seq = await seqOf(grace.page, text)
    expect(reads.upTo()).toBeLessThan(seq)
    await lookBack(grace.page)
    await pass(grace.page, longMs)
    await expect.poll(() => reads.upTo()).toBe(seq)
  }
  expect([...ada.errors, ...grace.errors]).toEqual([])
})

test('[AC-20] a message of which less than half is in view is not read', async () => {
  const { ada, grace } = await together(browser, 'Narrows')
  for (let n = 1; n <= 30; n++) await send(ada.page, `Buoy ${n}.`)
  await message(grace.page, 'Buoy 30.').waitFor()
  const reads = readsOf(grace.page)
  await grace.page.clock.install()
  await grace.page.reload()
  await message(grace.page, 'Buoy 30.').waitFor()
  await grace.page.getByRole('log', { name: /Messages in/ }).hover()
  await grace.page.mouse.wheel(0, -300)
  await grace.page.getByRole('button', { name: /latest message/ }).waitFor()
  await send(ada.page, Array.from({ length: 40 }, (_, n) => `Line ${n} of the sailing directions`).join('\n'))
  const long = message(grace.page, 'sailing directions')
  await message(ada.page, 'sailing directions').getByLabel('Delivered to everyone').waitFor()

  const share = () =>
    long.evaluate((row) => {
      const view = row.closest('[role=log]')!.getBoundingClientRect()
      const { top, height } = row.getBoundingClientRect()
      return (view.bottom - top) / Math.min(height, view.height)
    })

  // Its first lines come into view, and stay there. Rows above take their heights as they are first seen.
  while ((await long.count()) === 0 || (await share()) < 0.1) {
    await grace.page.mouse.wheel(0, 20)
    await pass(grace.page, 0)
  }
  await pass(grace.page, longMs)
  const seq = await seqOf(grace.page, 'sailing directions')
  const shown = await share()
  expect(shown).toBeGreaterThan(0)
  expect(shown).toBeLessThan(0.5)
  expect(reads.upTo()).toBeLessThan(seq)

  await grace.page.mouse.wheel(0, 2_000)
  await pass(grace.page, longMs)
  await expect.poll(() => reads.upTo()).toBe(seq)
})

test('[AC-20] a programmatic scroll and a jump to a message read nothing that flew past; the reader at the wheel does', async () => {
  const { ada, grace, id } = await together(browser, 'Tides')
  const newest = message(grace.page, 'Tide 70.')
  await grace.page.goto('/')
  await grace.page.getByText('Pick a room').waitFor()
  for (let n = 1; n <= 70; n++) await send(ada.page, `Tide ${n}.`)
  // So many at once are paced, and what is on its way cannot be pinned.
  await message(ada.page, 'Tide 70.').getByLabel('Delivered to everyone').waitFor()
  await choose(ada, 'Tide 70.', 'Pin')

  const reads = readsOf(grace.page)
  await grace.page.clock.install()
  await grace.page.goto(`/r/${id}`)
  await grace.page.getByText('70 new messages').waitFor()
  const unread = grace.page.getByRole('link', { name: /Tides.*unread/ })
  const last = await seqOf(ada.page, 'Tide 70.')
  // Before that, she had read the row that says that she joined.
  await pass(grace.page, longMs)
  await expect.poll(() => reads.upTo()).toBeGreaterThan(last - 70)
  const atOpening = await settled(grace.page, reads)
  expect(atOpening).toBeLessThan(last - 20)

  await grace.page.getByRole('log', { name: /Messages in/ }).evaluate((log) => {
    log.scrollTop = log.scrollHeight
  })
  await newest.waitFor()
  await pass(grace.page, longMs)
  expect(reads.upTo()).toBe(atOpening)

  await grace.page.getByRole('button', { name: 'First unread' }).click()
  await message(grace.page, 'Tide 1.').or(message(grace.page, 'Tide 20.')).first().waitFor()
  const further = await settled(grace.page, reads)
  expect(further).toBeLessThan(last - 10)
  await grace.page.getByRole('button', { name: /^Pinned.*Tide 70/ }).click()
  await newest.and(grace.page.locator(':focus')).waitFor()
  await pass(grace.page, longMs)
  expect(reads.upTo()).toBe(further)
  expect(await unread.count()).toBe(1)

  await grace.page.getByRole('log', { name: /Messages in/ }).hover()
  await grace.page.mouse.wheel(0, 40)
  await pass(grace.page, longMs)
  await expect.poll(() => reads.upTo()).toBeGreaterThanOrEqual(last)
  await unread.waitFor({ state: 'detached' })
  expect([...ada.errors, ...grace.errors]).toEqual([])
})

test('[AC-29] the divider stands still, moves with a new run that nobody watches, and goes when one writes', async () => {
  const { ada, grace, id } = await together(browser, 'Log book')
  const divider = (words: string) => grace.page.getByRole('separator').filter({ hasText: words })
  const dividedAt = () =>
    grace.page
      .getByRole('article')
      .filter({ has: grace.page.getByRole('separator') })
      .getAttribute('data-seq')
  const seen = (text: string) => message(ada.page, text).getByLabel('Read by everyone').waitFor()
  await grace.page.goto('/')
  await grace.page.getByText('Pick a room').waitFor()
  for (const text of ['One bell', 'Two bells', 'Three bells']) await send(ada.page, text)
  await message(ada.page, 'Three bells').getByLabel('Delivered to everyone').waitFor()

  await grace.page.goto(`/r/${id}`)
  await divider('3 new messages').waitFor()
  const first = await seqOf(grace.page, 'One bell')
  await send(ada.page, 'Four bells')
  await seen('Four bells')
  expect([await divider('3 new messages').count(), Number(await dividedAt())]).toEqual([1, first])

  await lookAway(grace.page)
  await send(ada.page, 'Five bells')
  await divider('1 new message').waitFor()
  await send(ada.page, 'Six bells')
  await divider('2 new messages').waitFor()
  expect(Number(await dividedAt())).toBe(await seqOf(grace.page, 'Five bells'))

  await lookBack(grace.page)
  await seen('Six bells')
  await send(ada.page, 'Seven bells')
  await seen('Seven bells')
  expect(await divider('2 new messages').count()).toBe(1)

  await send(grace.page, 'All is well')
  await grace.page.getByRole('separator').waitFor({ state: 'detached' })
  expect([...ada.errors, ...grace.errors]).toEqual([])
})
