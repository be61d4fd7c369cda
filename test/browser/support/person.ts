import type { Locator, Page } from 'playwright-core'

const password = 'correct horse battery'

/** Fills in the sign-up page that is open, or opens it. */
export async function signUp(page: Page, name: string): Promise<string> {
  if (!page.url().includes('/sign-up')) await page.goto('/sign-up')
  const email = `${name.toLowerCase().replaceAll(' ', '.')}.${crypto.randomUUID().slice(0, 8)}@parley.test`
  await page.getByLabel('Your name').fill(name)
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Make an account' }).click()
  return email
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
