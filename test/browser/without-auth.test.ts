import { decodeJwt, SignJWT } from 'jose'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest'
import { keysOf } from '../../scripts/lib/keys.ts'
import { keepScreenshot, launch, openWindow, type Window } from './support/browser.ts'
import { composer, inviteLink, makeRoom, message, send, signUp } from './support/person.ts'
import { npmRun } from './support/program.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(async () => await browser.close())

test('[SES5] with Auth away and the access token over, a page that is opened again is signed in and talks', async () => {
  const [ada, grace] = [await openWindow(browser), await openWindow(browser, { width: 800 })]
  await signUp(ada.page, 'Ada Lovelace')
  await makeRoom(ada.page, 'Grace')
  const link = await inviteLink(ada.page)
  await signUp(grace.page, 'Grace Hopper')
  await grace.page.getByText('Welcome aboard').waitFor()
  await grace.page.goto(new URL(link).pathname)
  await grace.page.getByRole('button', { name: 'Join the room' }).click()
  await composer(grace.page).waitFor()
  await ada.page.getByText('Grace Hopper joined').waitFor()

  await npmRun('postgres', ['stop'])
  try {
    await endAccess(grace)
    await grace.page.reload()
    await send(grace.page, 'Without Auth')
    await message(ada.page, 'Without Auth').waitFor()
    await send(ada.page, 'Welcome back')
    await message(grace.page, 'Welcome back').waitFor()
    await keepScreenshot(grace.page, 'auth-away-800')
    expect(await cookieNames(grace)).toContain('parley_grace')
  } finally {
    await npmRun('postgres', ['start'])
  }

  await vi.waitFor(async () => {
    await grace.page.evaluate(() => fetch('/api/v1/auth/refresh', { method: 'POST' }))
    expect(await cookieNames(grace)).not.toContain('parley_grace')
  }, 20_000)
  await send(grace.page, 'And with it')
  await message(ada.page, 'And with it').waitFor()
  expect([...ada.errors, ...grace.errors]).toEqual([])
})

/** The access token of this window ended a minute ago. */
async function endAccess({ context }: Window): Promise<void> {
  const cookies = await context.cookies()
  const access = cookies.find(({ name }) => name === 'parley_access')!
  const exp = Math.floor(Date.now() / 1_000) - 60
  const secret = new TextEncoder().encode(keysOf(inject('parley').dataDir).jwtSecret)
  const value = await new SignJWT({ ...decodeJwt(access.value), exp }).setProtectedHeader({ alg: 'HS256' }).sign(secret)
  await context.addCookies([{ ...access, value }])
}

async function cookieNames({ context }: Window): Promise<string[]> {
  return (await context.cookies()).map(({ name }) => name)
}
