import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { keepScreenshot, launch, openWindow } from './support/browser.ts'
import { composer, inviteLink, makeRoom, message, send, signUp } from './support/person.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(async () => await browser.close())

test('two people meet through a join link and talk: messages, typing, who is here, ticks, and all of it after a reload', async () => {
  const [ada, grace] = [await openWindow(browser), await openWindow(browser, { width: 360, dark: true })]
  await signUp(ada.page, 'Ada Lovelace')
  await makeRoom(ada.page, 'Analytical engines')
  const link = await inviteLink(ada.page)

  await grace.page.goto(link)
  await keepScreenshot(grace.page, 'join-360-dark')
  await grace.page.getByRole('link', { name: /make an account/i }).click()
  await signUp(grace.page, 'Grace Hopper')
  await grace.page.getByRole('button', { name: 'Join the room' }).click()
  await composer(grace.page).waitFor()
  await ada.page.getByText('Grace Hopper joined').waitFor()

  await send(ada.page, 'Shall we begin with the difference engine?')
  await message(grace.page, 'difference engine').waitFor()
  await message(ada.page, 'difference engine').getByLabel('Read').waitFor()

  await composer(grace.page).pressSequentially('Or with ')
  await ada.page.getByText('Grace Hopper is writing').waitFor()
  await send(grace.page, 'Or with the compiler? Привет, 上海 👋')
  await message(ada.page, '上海').waitFor()
  await ada.page.getByText('is writing').waitFor({ state: 'hidden' })
  await keepScreenshot(ada.page, 'room-1280-light')
  await keepScreenshot(grace.page, 'room-360-dark')

  for (const { page } of [ada, grace]) {
    await page.reload()
    await message(page, 'difference engine').waitFor()
    await message(page, '上海').waitFor()
    // Two messages, and the row that says who joined.
    expect(await page.getByRole('article').count()).toBe(3)
  }
  expect([...ada.errors, ...grace.errors]).toEqual([])
})
