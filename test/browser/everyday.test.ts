import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { launch, openWindow } from './support/browser.ts'
import { arrive, composer, inviteLink, makeRoom, message, send, signIn, signUp } from './support/person.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(async () => await browser.close())

/** ada's window on the demo's group, which has several pages of history. */
async function adaInTheGroup(): Promise<Page> {
  const { page } = await openWindow(browser)
  const [ada] = inject('parley').demo
  await signIn(page, ada!.email, ada!.password)
  await page.getByRole('link', { name: /Ebb 2\.0/ }).click()
  await page.getByRole('article').first().waitFor()
  return page
}

/** A device that has kept nothing of any room. */
async function forget(page: Page): Promise<void> {
  await page.goto('/')
  await page.getByRole('navigation', { name: 'Rooms' }).waitFor()
  await page.evaluate(async () => {
    for (const { name } of await indexedDB.databases()) {
      await new Promise((gone) => (indexedDB.deleteDatabase(name!).onsuccess = gone))
    }
  })
}

function inView(row: Locator): Promise<boolean> {
  return row.evaluate((row) => {
    const { top, bottom } = row.getBoundingClientRect()
    const view = row.closest('[role=log]')!.getBoundingClientRect()
    return bottom > view.top && top < view.bottom
  })
}

test('[SES1] a first visit asks nothing, and says nothing in the console', async () => {
  const { page } = await openWindow(browser)
  const [asked, said]: [string[], string[]] = [[], []]
  page.on('request', (request) => {
    const { pathname } = new URL(request.url())
    if (pathname.startsWith('/api/')) asked.push(pathname)
  })
  page.on('console', (line) => said.push(line.text()))
  await page.goto('/')
  await page.getByLabel('E-mail').waitFor()
  expect({ asked, said }).toEqual({ asked: [], said: [] })
})

test('[SES1] a session is found again by a page that remembers nothing of it', async () => {
  const window = await openWindow(browser)
  const { page } = window
  await arrive(window, 'Ada')
  await page.goto('/')
  await page.getByText('Welcome aboard').waitFor()
  await page.context().clearCookies({ name: 'parley_access' })
  await page.evaluate(() => localStorage.clear())
  await page.reload()
  await page.getByText('Welcome aboard').waitFor()
})

test('a dialog and a panel give the focus back to where it was', async () => {
  const page = await adaInTheGroup()
  for (const [name, role] of [
    ['Invite', 'dialog'],
    ['Members', 'complementary'],
  ] as const) {
    const button = page.getByRole('button', { name, exact: true }).filter({ visible: true })
    await button.press('Enter')
    await page.getByRole(role).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole(role).waitFor({ state: 'detached' })
    expect(await button.evaluate((element) => element === document.activeElement)).toBe(true)
  }
})

test('from the composer, Page Up reads back and Escape returns to the latest message', async () => {
  const page = await adaInTheGroup()
  const latest = page.getByRole('button', { name: /latest message/ })
  await composer(page).press('PageUp')
  await latest.waitFor()
  await composer(page).press('Escape')
  await latest.waitFor({ state: 'detached' })
})

test('a half-written message is shown in the list while another room is open', async () => {
  const page = await adaInTheGroup()
  await composer(page).fill('High water is')
  const line = page.getByRole('link', { name: /Ebb 2\.0/ })
  await page
    .getByRole('navigation', { name: 'Rooms' })
    .getByRole('link')
    .filter({ hasNotText: 'Ebb 2.0' })
    .first()
    .click()
  await line.getByText('High water is').waitFor()
  expect(await line.textContent()).toContain('Draft:')
  await line.click()
  await composer(page).press('Control+a')
  await composer(page).press('Delete')
  await line.getByText('Draft:').waitFor({ state: 'detached' })
})

test('more unread messages than a page holds: the room opens at the first of them, and a quote leads back to what is not loaded', async () => {
  const [ada, grace] = [await openWindow(browser), await openWindow(browser)]
  await signUp(ada.page, 'Ada Lovelace')
  const room = await makeRoom(ada.page, 'Tides')
  const link = await inviteLink(ada.page)
  await signUp(grace.page, 'Grace Hopper')
  await grace.page.getByText('Welcome aboard').waitFor()
  await grace.page.goto(new URL(link).pathname)
  await grace.page.getByRole('button', { name: 'Join the room' }).click()
  await composer(grace.page).waitFor()
  await forget(grace.page)
  for (let n = 1; n <= 70; n++) await send(ada.page, `Tide ${n}.`)
  await message(ada.page, 'Tide 70.').getByLabel('Sent').waitFor()

  await grace.page.goto(`/r/${room}`)
  await grace.page.getByText('70 new messages').waitFor()
  expect(await inView(message(grace.page, 'Tide 1.'))).toBe(true)

  await composer(ada.page).press('Escape')
  await ada.page.getByRole('log', { name: /Messages in/ }).hover()
  await ada.page.mouse.wheel(0, -20_000)
  await message(ada.page, 'Tide 1.').hover()
  await message(ada.page, 'Tide 1.').getByRole('button', { name: 'Reply to this message' }).click()
  await send(ada.page, 'It began here')
  await composer(grace.page).press('Escape')
  await message(ada.page, 'It began here').getByLabel('Read by everyone').waitFor()
  await forget(grace.page)
  await grace.page.goto(`/r/${room}`)
  await message(grace.page, 'It began here')
    .getByRole('button', { name: /An earlier message/ })
    .click()
  // The focused row, not its quote, which holds the same words and had the focus of the click.
  const original = message(grace.page, 'Tide 1.').and(grace.page.locator(':focus'))
  await original.waitFor()
  expect(await inView(original)).toBe(true)
  expect([...ada.errors, ...grace.errors]).toEqual([])
})

test('a room opens where it was left', async () => {
  const page = await adaInTheGroup()
  const log = page.getByRole('log', { name: /Messages in/ })
  for (let n = 0; n < 3; n++) await composer(page).press('PageUp')
  await page.getByRole('button', { name: /latest message/ }).waitFor()
  const left = await log.evaluate((view) => {
    const top = view.getBoundingClientRect().top
    const rows = [...view.querySelectorAll<HTMLElement>('[data-seq]')]
    return rows.find((row) => row.getBoundingClientRect().bottom > top + 8)!.dataset['seq']!
  })
  await page
    .getByRole('navigation', { name: 'Rooms' })
    .getByRole('link')
    .filter({ hasNotText: 'Ebb 2.0' })
    .first()
    .click()
  await page.getByRole('log', { name: /Messages in (?!Ebb)/ }).waitFor()
  await page.getByRole('link', { name: /Ebb 2\.0/ }).click()
  await page.waitForFunction((seq) => {
    const row = document.querySelector(`[data-seq="${seq}"]`)
    const view = row?.closest('[role=log]')
    return row && view && Math.abs(row.getBoundingClientRect().top - view.getBoundingClientRect().top) < 60
  }, left)
})
