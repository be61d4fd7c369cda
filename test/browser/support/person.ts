import type { BrowserContext, Locator, Page } from 'playwright-core'
import { freshId } from './bot.ts'

export const password = 'correct horse battery'

/** Asks Parley for something in this window, without its pages: for what a test is not about. */
async function ask(context: BrowserContext, base: string, path: string, data: object = {}): Promise<unknown> {
  const answer = await context.request.post(`${base}/api/v1${path}`, { data, headers: { origin: base } })
  if (!answer.ok()) throw new Error(`${path}: ${answer.status()} ${await answer.text()}`)
  return await answer.json()
}

/** What `signUp` does, without the page. */
export async function arrive({ context, url }: Place, name: string): Promise<string> {
  const email = addressOf(name)
  await ask(context, url, '/auth/sign-up', { name, email, password })
  return email
}

/** Signs in on another device without the page. */
export async function arriveAgain({ context, url }: Place, email: string): Promise<void> {
  await ask(context, url, '/auth/sign-in', { email, password })
}

/** Makes a room and a link into it without the page. */
export async function roomWithLink({ context, url }: Place, name: string): Promise<{ id: string; link: string }> {
  const id = freshId()
  await ask(context, url, '/rooms', { id, name })
  const { url: link } = (await ask(context, url, `/rooms/${id}/links`)) as { url: string }
  return { id, link: new URL(link).pathname }
}

/** Comes in by a link without the page. */
export async function comeIn({ context, url }: Place, link: string): Promise<void> {
  await ask(context, url, `/links/${link.split('/').at(-1)!}/join`)
}

/** A window, and the address at which it finds Parley. */
type Place = { context: BrowserContext; url: string }

/** Fills in the sign-up page that is open, or opens it. */
export async function signUp(page: Page, name: string): Promise<string> {
  if (!page.url().includes('/sign-up')) await page.goto('/sign-up')
  const email = addressOf(name)
  await page.getByLabel('Your name').fill(name)
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Make an account' }).click()
  return email
}

function addressOf(name: string): string {
  return `${name.toLowerCase().replaceAll(' ', '.')}.${crypto.randomUUID().slice(0, 8)}@parley.test`
}

export async function signIn(page: Page, email: string, secret: string): Promise<void> {
  await page.goto('/sign-in')
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(secret)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('navigation', { name: 'Rooms' }).waitFor()
}

/** Makes a room, from the list or from another room, and answers its id. */
export async function makeRoom(page: Page, name: string): Promise<string> {
  const before = page.url()
  await page
    .getByRole('button', { name: 'New', exact: true })
    .or(page.getByRole('button', { name: 'Begin a conversation' }))
    .first()
    .click()
  await page.getByRole('dialog').getByRole('button', { name: 'New group' }).click()
  await page.getByRole('dialog').getByLabel('Name of the group').fill(name)
  await page.getByRole('dialog').getByRole('button', { name: 'Make the group' }).click()
  await page.waitForURL(({ href, pathname }) => pathname.startsWith('/r/') && href !== before)
  await page.getByRole('heading', { level: 1, name, exact: true }).waitFor()
  await composer(page).waitFor()
  return page.url().split('/r/')[1]!
}

/** The address of a fresh join link of the room that is open. */
export async function inviteLink(page: Page): Promise<string> {
  await openInvite(page)
  await page.getByRole('dialog').getByRole('button', { name: 'Make a link' }).click()
  const field = page.getByRole('textbox', { name: 'The link' })
  await field.waitFor()
  const link = await field.inputValue()
  await page.keyboard.press('Escape')
  if (isSmall(page)) await page.getByRole('button', { name: 'Close', exact: true }).click()
  return link
}

/** Opens what makes a join link: from the room's header, or from its members where that has no space for it. */
export async function openInvite(page: Page): Promise<void> {
  if (isSmall(page)) {
    await page.getByRole('button', { name: /^\d+ members?/ }).click()
    await page.getByRole('complementary').getByRole('button', { name: 'Make a link' }).click()
  } else await page.getByRole('button', { name: 'Invite', exact: true }).click()
  await page.getByRole('dialog').waitFor()
}

function isSmall(page: Page): boolean {
  return (page.viewportSize()?.width ?? Infinity) < 640
}

export function composer(page: Page): Locator {
  return page.getByRole('textbox', { name: 'Write a message' })
}

export async function send(page: Page, text: string): Promise<void> {
  await composer(page).fill(text)
  await composer(page).press('Enter')
}

/** The row of a message with this text. */
export function message(page: Page, text: string): Locator {
  return page.getByRole('article').filter({ hasText: text })
}
