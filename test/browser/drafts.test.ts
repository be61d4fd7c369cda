import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { launch, openWindow } from './support/browser.ts'
import { composer, makeRoom, message, signIn, signUp } from './support/person.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(async () => await browser.close())

const password = 'correct horse battery'

test('[AC-35] a draft follows its person to another device, never into a composer that has the focus, and goes when it is sent', async () => {
  const [desk, phone] = [await openWindow(browser), await openWindow(browser)]
  const email = await signUp(desk.page, 'Ada Lovelace')
  await makeRoom(desk.page, 'Letters')
  const arrived = hears(phone.page, 'Dear Charles')
  await signIn(phone.page, email, password)
  await phone.page.goto(desk.page.url())
  await composer(phone.page).focus()

  await composer(desk.page).fill('Dear Charles')
  await arrived
  expect(await composer(phone.page).inputValue()).toBe('')
  await composer(phone.page).blur()
  await has(phone.page, 'Dear Charles')

  await composer(phone.page).fill('Dear Charles, the engine')
  await composer(desk.page).blur()
  await has(desk.page, 'Dear Charles, the engine')
  await composer(phone.page).press('Enter')
  await message(desk.page, 'Dear Charles, the engine').waitFor()
  await has(desk.page, '')
  expect([desk.errors, phone.errors]).toEqual([[], []])
})

async function has(page: Page, text: string): Promise<void> {
  await vi.waitFor(async () => expect(await composer(page).inputValue()).toBe(text), { timeout: 20_000, interval: 100 })
}

/** Resolves when a frame with this text comes over one of the page's sockets. */
function hears(page: Page, text: string): Promise<void> {
  return new Promise((resolve) => {
    page.on('websocket', (socket) => {
      socket.on('framereceived', ({ payload }) => String(payload).includes(text) && resolve())
    })
  })
}
