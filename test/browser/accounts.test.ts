import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launch, openWindow } from './support/browser.ts'
import { openMailbox } from './support/mailbox.ts'
import { runParley, type RunningParley } from './support/parley.ts'
import { composer, inviteLink, makeRoom, message, send, signIn, signUp } from './support/person.ts'
import { digTunnel } from './support/tunnel.ts'

const password = 'correct horse battery'

/** A Parley in which an account begins with the confirmation of its e-mail. */
let parley: RunningParley
let browser: Browser
let mailTo: ReturnType<typeof openMailbox>
const dataDir = mkdtempSync(join(tmpdir(), 'parley-accounts-'))

beforeAll(async () => {
  ;[browser, parley] = await Promise.all([launch(), runParley(dataDir, [], { PARLEY_CONFIRM_EMAIL: '1' })])
  mailTo = openMailbox(parley.env)
})
afterAll(async () => {
  await Promise.all([browser.close(), parley.stop()])
  rmSync(dataDir, { recursive: true, force: true })
})

const open = async (url = parley.pageUrl) => await openWindow(browser, { url })

/** Signs up and confirms by the code; the person then looks at their rooms. */
async function joinParley(page: Page, name: string): Promise<string> {
  const email = await signUp(page, name)
  await page.getByLabel('Code').fill((await mailTo(email)).code)
  await page.getByRole('button', { name: 'Confirm' }).click()
  await page.getByText('No rooms yet').waitFor()
  return email
}

/** Opens a page of the account. */
async function openAccount(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: /^You:/ }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Account' }).click()
  await page.getByRole('dialog').getByRole('button', { name }).click()
}

test('[ACC1] [ACC2] an account begins with the link of its mail, which only the button spends, and goes on to the invitation it was made for', async () => {
  const { page: ada } = await open()
  await joinParley(ada, 'Ada Lovelace')
  await makeRoom(ada, 'Engines')
  const invitation = new URL(await inviteLink(ada)).pathname
  const { page, context, errors } = await open()
  await page.goto(invitation)
  await page.getByRole('link', { name: 'Make an account to join' }).click()
  const email = await signUp(page, 'Grace Hopper')
  await page.getByRole('heading', { name: 'Confirm your e-mail' }).waitFor()
  await page.reload()
  await page.getByText(email).waitFor()

  const { path } = await mailTo(email)
  await fetch(parley.pageUrl + path)
  const mailed = await context.newPage()
  await mailed.goto(path)
  await mailed.getByRole('button', { name: 'Confirm' }).waitFor()
  expect(new URL(mailed.url()).pathname + new URL(mailed.url()).search).toBe('/auth/confirm')
  await mailed.getByRole('button', { name: 'Confirm' }).click()
  // The tab that waited goes where it was meant to, too.
  await page.getByRole('button', { name: 'Join the room' }).waitFor()
  await mailed.getByRole('button', { name: 'Join the room' }).click()
  await composer(mailed).waitFor()

  const { page: later } = await open()
  await later.goto(path)
  await later.getByRole('button', { name: 'Confirm' }).click()
  await later.getByRole('heading', { name: 'This link is over' }).waitFor()
  await later.getByRole('button', { name: 'Send another mail' }).waitFor()
  expect(errors).toEqual([])
})

test('[ACC2] a mailed code signs in; a wrong one is told beside its field, and another one comes when a minute has passed', async () => {
  const { page: before } = await open()
  const email = await joinParley(before, 'Linus Berg')
  const { page } = await open()
  await page.clock.install()
  await page.goto('/sign-in')
  await page.getByLabel('E-mail').fill(email)
  await page.getByRole('link', { name: 'E-mail me a code instead' }).click()
  await page.getByRole('button', { name: 'E-mail me a code' }).click()
  const field = page.getByLabel('Code')
  await field.waitFor()
  const first = await mailTo(email)

  await field.fill(first.code === '000000' ? '000001' : '000000')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText(/This code is wrong/).waitFor()
  expect(await field.evaluate((input) => input === document.activeElement)).toBe(true)
  expect(await field.getAttribute('aria-invalid')).toBe('true')

  expect(await page.getByRole('button', { name: 'Send another mail' }).count()).toBe(0)
  await page.clock.fastForward('01:00')
  await page.getByRole('button', { name: 'Send another mail' }).click()
  await page.getByText('Another mail is on its way.').waitFor()
  const second = await mailTo(email)
  await field.fill(`${second.code.slice(0, 3)} ${second.code.slice(3)}`)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('No rooms yet').waitFor()
})

test('[ACC4] [ACC6] whoever forgot the password sets a new one by a mail; elsewhere the sign-in page says what happened', async () => {
  const { page: elsewhere } = await open()
  const email = await joinParley(elsewhere, 'Grace Hopper')
  const { page } = await open()
  await page.goto('/sign-in?next=%2Fexplore')
  await page.getByRole('link', { name: 'Forgot your password?' }).click()
  await page.getByLabel('E-mail').fill(email)
  await page.getByRole('button', { name: 'Send the mail' }).click()
  await page.getByText(email).waitFor()
  await page.goto((await mailTo(email)).path)
  await page.getByRole('button', { name: 'Go on' }).click()
  await page.getByLabel('New password').fill('short')
  await page.getByRole('button', { name: 'Set the password' }).click()
  await page.getByText('Use at least 8 characters.').waitFor()
  await page.getByLabel('New password').fill('a better horse')
  await page.getByRole('button', { name: 'Set the password' }).click()
  await page.waitForURL('**/explore')
  await page.getByText('Your new password is set.').waitFor()

  await elsewhere.getByText('You were signed out on this device').waitFor()
  expect(await elsewhere.getByLabel('E-mail').inputValue()).toBe(email)
  await elsewhere.getByLabel('Password', { exact: true }).fill(password)
  await elsewhere.getByRole('button', { name: 'Sign in' }).click()
  await elsewhere.getByText('The e-mail or the password is wrong.').waitFor()
  await elsewhere.getByLabel('Password', { exact: true }).fill('a better horse')
  await elsewhere.getByRole('button', { name: 'Sign in' }).click()
  await elsewhere.getByText('No rooms yet').waitFor()
})

test('[ACC5] a new address counts once the link in its mail was opened, and takes the password', async () => {
  const { page } = await open()
  await joinParley(page, 'Ada Lovelace')
  const next = `ada.${crypto.randomUUID().slice(0, 8)}@parley.test`
  await openAccount(page, 'E-mail')
  await page.getByLabel('New e-mail').fill(next)
  await page.getByLabel('Your password').fill('not this one')
  await page.getByRole('button', { name: 'Send the mail' }).click()
  await page.getByText('This is not your password.').waitFor()
  await page.getByLabel('Your password').fill(password)
  await page.getByRole('button', { name: 'Send the mail' }).click()
  await page.getByText(`We sent a mail to ${next}`).waitFor()

  await page.goto((await mailTo(next)).path)
  await page.getByRole('button', { name: 'Confirm' }).click()
  await page.getByRole('heading', { name: 'Your address is changed' }).waitFor()
  await page.getByRole('link', { name: 'To your rooms' }).click()
  await page.getByRole('button', { name: /^You:/ }).click()
  await page.getByRole('dialog').getByText(next).waitFor()
})

test('[ACC5] whoever opens the link of a new address elsewhere sees it where they asked for it', async () => {
  const { page } = await open()
  await joinParley(page, 'Ada Lovelace')
  const next = `ada.${crypto.randomUUID().slice(0, 8)}@parley.test`
  await openAccount(page, 'E-mail')
  await page.getByLabel('New e-mail').fill(next)
  await page.getByLabel('Your password').fill(password)
  await page.getByRole('button', { name: 'Send the mail' }).click()
  await page.getByText(`We sent a mail to ${next}`).waitFor()

  const { page: elsewhere } = await open()
  await elsewhere.goto((await mailTo(next)).path)
  await elsewhere.getByRole('button', { name: 'Confirm' }).click()
  await elsewhere.getByRole('heading', { name: 'Your address is changed' }).waitFor()
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
  await page.getByText(`From now on you sign in with ${next}.`).waitFor()
  await page.getByRole('button', { name: 'Back', exact: true }).click()
  await page.getByRole('dialog').getByText(next).waitFor()
})

test('[DEV2] a device that is signed out elsewhere says so, and sends what it had not sent once its person is back', async () => {
  const { page: ada } = await open()
  const email = await joinParley(ada, 'Ada Lovelace')
  const room = await makeRoom(ada, 'Engines')
  const tunnel = await digTunnel(parley.pageUrl)
  const { page: other } = await open(tunnel.url)
  await signIn(other, email, password)
  await other.goto(`/r/${room}`)
  await composer(other).waitFor()

  await openAccount(ada, 'Where you are signed in')
  const list = ada.getByRole('dialog').getByRole('listitem')
  await expect.poll(async () => await list.count()).toBe(2)
  const theirs = list.filter({ hasNotText: 'This device' })
  await theirs.getByRole('button', { name: /^Rename/ }).click()
  await ada.getByLabel('Name of this entry').fill('The old laptop')
  await ada.getByRole('button', { name: 'Save' }).click()
  await ada.getByRole('button', { name: 'Rename The old laptop' }).waitFor()

  tunnel.cut()
  await send(other, 'Written underground')
  await message(other, 'Written underground').waitFor()
  await ada.getByRole('button', { name: 'Sign out The old laptop' }).click()
  await ada.getByRole('button', { name: 'Sign out', exact: true }).click()
  await expect.poll(async () => await list.count()).toBe(1)
  tunnel.mend()
  await other.getByText('You were signed out on this device').waitFor()
  expect(await message(ada, 'Written underground').count()).toBe(0)
  await other.getByLabel('Password', { exact: true }).fill(password)
  await other.getByRole('button', { name: 'Sign in' }).click()
  await message(ada, 'Written underground').waitFor()
})

test('what of the settings could not be loaded without a network is there once that is back', async () => {
  const { page } = await open()
  await joinParley(page, 'Ada Lovelace')
  await openAccount(page, 'Name')
  await page.getByRole('button', { name: 'Back', exact: true }).click()
  await page.context().setOffline(true)
  await page.getByRole('button', { name: 'Where you are signed in' }).click()
  await page.getByText('Parley cannot be reached').first().waitFor()
  await page.context().setOffline(false)
  await page.getByText('This device').waitFor()
})

test('[ACC6] signing out everywhere asks first, and ends the other window too', async () => {
  const { page: ada } = await open()
  const email = await joinParley(ada, 'Ada Lovelace')
  const { page: other } = await open()
  await other.goto('/sign-in')
  await other.getByLabel('E-mail').fill(email)
  await other.getByLabel('Password', { exact: true }).fill(password)
  await other.getByRole('button', { name: 'Sign in' }).click()
  await other.getByText('No rooms yet').waitFor()

  await ada.getByRole('button', { name: /^You:/ }).click()
  await ada.getByRole('dialog').getByRole('button', { name: 'Account' }).click()
  await ada.getByRole('button', { name: 'Sign out everywhere' }).click()
  await ada.getByRole('dialog', { name: 'Sign out everywhere?' }).getByRole('button', { name: 'Cancel' }).click()
  await ada.getByRole('button', { name: 'Sign out everywhere' }).click()
  await ada
    .getByRole('dialog', { name: 'Sign out everywhere?' })
    .getByRole('button', { name: 'Sign out everywhere' })
    .click()

  await other.getByText('You were signed out on this device').waitFor()
  await ada.getByRole('heading', { name: 'Sign in' }).waitFor()
  // She did it herself.
  expect(await ada.getByText('You were signed out on this device').count()).toBe(0)
})
