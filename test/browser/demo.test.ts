import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { sample } from '../../scripts/import/sample.ts'
import { keepScreenshot, launch, openWindow } from './support/browser.ts'
import { makeRoom, message, send, signIn } from './support/person.ts'
import { npmRun } from './support/program.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(async () => await browser.close())

test('two demo accounts see each other talk, in light and dark, narrow and wide', async () => {
  const { demo } = inject('parley')
  const [ada, grace] = [await openWindow(browser), await openWindow(browser, { width: 360, dark: true })]
  await signIn(ada.page, demo[0]!.email, demo[0]!.password)
  await signIn(grace.page, demo[1]!.email, demo[1]!.password)
  await keepScreenshot(grace.page, 'rooms-360-dark')
  for (const { page } of [ada, grace])
    await page.getByRole('navigation', { name: 'Rooms' }).getByRole('link').nth(0).waitFor()
  const group = ada.page
    .getByRole('navigation', { name: 'Rooms' })
    .getByRole('link')
    .filter({ hasNotText: /^Grace/ })
    .first()
  const address = await group.getAttribute('href')
  await group.click()
  await grace.page.goto(address!)

  await send(ada.page, 'Does everyone hear me?')
  await message(grace.page, 'Does everyone hear me?').waitFor()
  await keepScreenshot(ada.page, 'demo-1280-light')
  await keepScreenshot(grace.page, 'demo-360-dark')
  await ada.page.emulateMedia({ colorScheme: 'dark' })
  await grace.page.emulateMedia({ colorScheme: 'light' })
  await keepScreenshot(ada.page, 'demo-1280-dark')
  await keepScreenshot(grace.page, 'demo-360-light')
  expect(await ada.page.getByRole('article').count()).toBeLessThanOrEqual(60)
  expect([...ada.errors, ...grace.errors]).toEqual([])
})

test('[IMP1] an export is imported, and the page opens that room at its end and scrolls back', async () => {
  const { demo } = inject('parley')
  const ada = await openWindow(browser)
  await signIn(ada.page, demo[0]!.email, demo[0]!.password)
  const room = await makeRoom(ada.page, 'From WhatsApp')
  const folder = mkdtempSync(join(tmpdir(), 'parley-export-'))
  try {
    const file = join(folder, '_chat.txt')
    writeFileSync(file, sample({ seed: 4, messages: 3_000, form: 'ios' }))
    expect(await npmRun('import', [file, '--room', room])).toMatch(/3,?000/)
    expect(await npmRun('import', [file, '--room', room])).toMatch(/already/i)
  } finally {
    rmSync(folder, { recursive: true })
  }

  await ada.page.goto(`/r/${room}`)
  const rows = ada.page.getByRole('article')
  await rows.first().waitFor()
  expect(await rows.count()).toBeLessThanOrEqual(60)
  const newest = await rows.last().textContent()
  await keepScreenshot(ada.page, 'imported-1280-light')
  await ada.page.getByRole('log', { name: /Messages in/ }).hover()
  await ada.page.mouse.wheel(0, -20_000)
  await ada.page.waitForFunction(
    (text) => [...document.querySelectorAll('article,[role=article]')].every((row) => row.textContent !== text),
    newest,
  )
  expect(ada.errors).toEqual([])
})
