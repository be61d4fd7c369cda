import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { violationsInBothThemes } from './support/axe.ts'
import { keepScreenshot, launch } from './support/browser.ts'
import { together } from './support/together.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(async () => await browser.close())

test('[RNG5] [RNG6] a call starts from the room, stands in its log as a card with the way in, and leads to its meeting', async () => {
  const { ada, grace, id } = await together(browser, 'Bridge', { width: 360, dark: true })
  await ada.page.getByRole('button', { name: 'Video call' }).click()
  await ada.page.waitForURL('**/meet/*')
  const meeting = new URL(ada.page.url()).pathname
  const ring = grace.page.getByRole('region', { name: 'Incoming call' })
  await ring.getByText('Video call in Bridge').waitFor()
  const card = grace.page.getByRole('log').getByText('Ada Lovelace started a video call')
  await card.waitFor()
  const banner = grace.page.getByRole('region', { name: 'Live call' })
  await banner.getByText('Calling…').waitFor()
  await keepScreenshot(grace.page, 'call-rings-360-dark')
  await ring.getByRole('button', { name: 'Answer' }).click()
  await grace.page.waitForURL(`**${meeting}`)
  await ada.page.goto(`/r/${id}`)
  const live = ada.page.getByRole('region', { name: 'Live call' })
  await live.getByText(/^\d+:\d\d$/).waitFor()
  const join = live.getByRole('button', { name: /^(Join|Return)/ })
  await join.waitFor()
  expect(await ada.page.getByRole('button', { name: 'Video call' }).count()).toBe(0)
  expect(await violationsInBothThemes(ada.page)).toEqual([])
  await ada.page.emulateMedia({ colorScheme: 'light' })
  await keepScreenshot(ada.page, 'call-card-1280-light')
  await ada.page.emulateMedia({ colorScheme: 'dark' })
  await keepScreenshot(ada.page, 'call-card-1280-dark')
  await grace.page.emulateMedia({ colorScheme: 'light' })
  await grace.page.goto(`/r/${id}`)
  await banner.getByText('Ada Lovelace').waitFor()
  await keepScreenshot(grace.page, 'call-card-360-light')

  await ada.page.evaluate(
    async (path) => await fetch(path, { method: 'DELETE' }),
    `/api/v1/rooms/${id}/calls/${meeting.split('/').at(-1)}`,
  )
  await grace.page.evaluate(
    async (path) => await fetch(path, { method: 'DELETE' }),
    `/api/v1/rooms/${id}/calls/${meeting.split('/').at(-1)}`,
  )
  await grace.page.getByText('The call ended after 1 min').waitFor()
  await banner.waitFor({ state: 'detached' })
  expect([...ada.errors, ...grace.errors]).toEqual([])
})
