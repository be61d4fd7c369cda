import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import { strFromU8, unzipSync } from 'fflate'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { keepScreenshot, launch, openWindow } from './support/browser.ts'
import { inviteLink, makeRoom, message, send, signUp } from './support/person.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(async () => await browser.close())

/** What axe finds wrong in both themes, each of which is kept as a picture. */
async function wrong(page: Page, screen: string): Promise<string[]> {
  const found: string[] = []
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await keepScreenshot(page, `${screen}-${page.viewportSize()!.width}-${colorScheme}`)
    await page.evaluate(`${axe};0`)
    const { violations } = await page.evaluate<AxeResults>('axe.run(document, { resultTypes: ["violations"] })')
    found.push(
      ...violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${screen} ${colorScheme} ${id}: ${html}`)),
    )
  }
  return found
}

async function openAccount(page: Page): Promise<void> {
  await page.goto('/')
  await page
    .getByRole('button', { name: /You:|^You/ })
    .first()
    .click()
  await page.getByRole('dialog').getByRole('button', { name: 'Account' }).click()
}

test.each([{ width: 1280 }, { width: 360 }])(
  '[ERA12] [ERA18] someone takes their data along, deletes their account and is told when it is done, $width px wide',
  async ({ width }) => {
    const { page, errors } = await openWindow(browser, { width })
    const { page: other } = await openWindow(browser)
    const email = await signUp(page, 'Ada Lovelace')
    await makeRoom(page, 'Difference engines')
    await page.goto('/')
    await makeRoom(page, 'Analytical engines')
    await send(page, 'a secret of mine')
    await message(page, 'a secret of mine').waitFor()
    await other.goto(await inviteLink(page))
    await other.getByRole('link', { name: 'Make an account' }).click()
    await signUp(other, 'Grace Hopper')
    await other.getByRole('button', { name: /Join/ }).click()
    await message(other, 'a secret of mine').waitFor()

    await openAccount(page)
    expect(await wrong(page, 'account')).toEqual([])
    await page.getByRole('dialog').getByRole('button', { name: 'Your data' }).click()
    const coming = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Download a copy' }).click()
    const download = await coming
    await page.getByText(/Saved as/).waitFor()
    expect(await wrong(page, 'your-data')).toEqual([])
    const files = unzipSync(readFileSync(await download.path()))
    const texts = Object.entries(files).filter(([name]) => name.startsWith('messages/'))
    expect(texts.map(([, file]) => (JSON.parse(strFromU8(file)) as { text: string }[])[0]!.text)).toEqual([
      'a secret of mine',
    ])

    await page.getByRole('button', { name: 'Back' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete your account' }).click()
    await page.getByText('goes to Grace Hopper').waitFor()
    await page.getByText('is deleted, since nobody else is in it').waitFor()
    await page.getByRole('button', { name: 'Delete my account' }).click()
    await page.getByText('Write “delete”, exactly as it stands here.').waitFor()
    expect(await wrong(page, 'delete-account')).toEqual([])
    await page.getByLabel('Your password').fill('horse')
    await page.getByLabel('Write “delete” to go on').fill('delete')
    await page.getByRole('button', { name: 'Delete my account' }).click()
    await page.getByText('This is not your password.').waitFor()
    await page.getByLabel('Empty my messages').check()
    await page.getByLabel('Your password').fill('correct horse battery')
    await page.getByRole('button', { name: 'Delete my account' }).click()

    await page.getByRole('heading', { name: 'Your account is deleted' }).waitFor()
    expect(await wrong(page, 'account-deleted')).toEqual([])
    await message(other, 'a secret of mine').waitFor({ state: 'detached' })
    await page.getByRole('link', { name: 'Sign in' }).click()
    await page.getByLabel('E-mail').fill(email)
    await page.getByLabel('Password', { exact: true }).fill('correct horse battery')
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByRole('alert').waitFor()
    expect(await page.evaluate('indexedDB.databases().then((all) => all.length)')).toBe(0)
    expect(errors).toEqual([])
  },
)
