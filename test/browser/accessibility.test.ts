import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { violationsInBothThemes } from './support/axe.ts'
import { launch, openWindow } from './support/browser.ts'
import { composer, openInvite, signIn } from './support/person.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(async () => await browser.close())

// The wide page is looked at by light first, the narrow one in the dark: each theme has all rules tried on it once.
test.each([
  { width: 1280, dark: false },
  { width: 360, dark: true },
])('axe finds nothing wrong on any screen, $width px wide, light and dark', async (look) => {
  const wrong: Record<string, string[]> = {}
  const walk = async (through: (page: Page, check: Check) => Promise<void>) => {
    const { page, errors } = await openWindow(browser, look)
    await through(page, async (screen) => {
      wrong[screen] = await violationsInBothThemes(page, look.dark ? 'dark' : 'light')
    })
    return errors
  }

  const errors = await Promise.all([walk(throughDoors), walk(throughRooms)])

  expect(Object.entries(wrong).filter(([, found]) => found.length > 0)).toEqual([])
  expect(errors.flat()).toEqual([])
})

/** Has axe look at the page, which shows this screen. */
type Check = (screen: string) => Promise<void>

/** Every screen of someone who is not signed in. */
async function throughDoors(page: Page, check: Check): Promise<void> {
  const doors = ['/sign-in', '/sign-in/code', '/sign-up', '/forgot', '/auth/confirm', '/j/AAAAAAAAAAAAAAAAAAAAAA']
  for (const path of [...doors, '/nowhere']) {
    await page.goto(path)
    await page
      .getByRole('heading', { name: /Sign in|Make an account|Forgot|not whole|unknown|no page here/ })
      .first()
      .waitFor()
    await check(path)
  }
  for (const type of ['signup', 'magiclink', 'recovery', 'email_change']) {
    await page.goto(`/auth/confirm?token_hash=${'0'.repeat(56)}&type=${type}`)
    const button = page.getByRole('button', { name: /Confirm|Sign in|Go on/ })
    await button.waitFor()
    await check(`link, ${type}`)
    await button.click()
    await page.getByRole('heading', { name: 'This link is over' }).waitFor()
    await check(`link that is over, ${type}`)
  }
  await page.goto('/sign-in/code')
  await page.getByLabel('E-mail').fill(`nobody.${crypto.randomUUID().slice(0, 8)}@parley.test`)
  await page.getByRole('button', { name: 'E-mail me a code' }).click()
  await page.getByLabel('Code').waitFor()
  await page.getByRole('button', { name: 'Sign in' }).click()
  await check('code with an error')
  await page.goto('/sign-up')
  await page.getByRole('button', { name: 'Make an account' }).click()
  await check('sign-up with errors')
}

/** Every screen of someone who is. */
async function throughRooms(page: Page, check: Check): Promise<void> {
  const closed = async (screen: string) => {
    await page.getByRole('dialog').waitFor()
    await check(screen)
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  }
  const [ada] = inject('parley').demo
  await signIn(page, ada!.email, ada!.password)
  await check('room list')
  await page.getByRole('button', { name: 'New', exact: true }).click()
  await page.getByRole('option').first().waitFor()
  await check('new')
  await page.getByRole('combobox').fill('Grace')
  await page
    .getByText('Nobody was found')
    .or(page.getByRole('option', { name: /Grace/ }))
    .first()
    .waitFor()
  await check('people found')
  await page.getByRole('combobox').fill('')
  await page.getByRole('button', { name: 'New group' }).click()
  await page.getByRole('option').first().click()
  await page.getByRole('button', { name: 'Make the group' }).click()
  await page.getByText('Give the group a name.').waitFor()
  await closed('new group')
  await page.goto('/explore')
  await page.getByRole('heading', { name: 'Public rooms' }).waitFor()
  await page
    .getByText('There is no public room yet')
    .or(page.getByRole('heading', { level: 2 }))
    .first()
    .waitFor()
  await check('public rooms')
  await page.goto('/')
  await page.getByRole('button', { name: /^You:/ }).click()
  await page.getByRole('dialog').waitFor()
  await check('you')
  const backTo = async (title: string) => {
    await page.getByRole('button', { name: 'Back', exact: true }).click()
    await page.getByRole('dialog').getByRole('heading', { name: title, exact: true }).waitFor()
  }
  await page.getByRole('dialog').getByRole('button', { name: 'Account' }).click()
  await check('account')
  for (const name of ['Name', 'E-mail', 'Password', 'Where you are signed in']) {
    await page.getByRole('dialog').getByRole('button', { name }).click()
    if (name === 'E-mail') await page.getByRole('button', { name: 'Send the mail' }).click()
    if (name === 'Password') await page.getByRole('button', { name: 'Change the password' }).click()
    if (name.startsWith('Where')) {
      await page.getByText('This device').first().waitFor()
      await check('devices')
      await page
        .getByRole('button', { name: /^Rename/ })
        .first()
        .click()
    }
    await check(name)
    await backTo('Account')
  }
  await page.getByRole('button', { name: 'Sign out everywhere' }).click()
  await page.getByRole('dialog', { name: 'Sign out everywhere?' }).waitFor()
  await check('sign out everywhere')
  await page.keyboard.press('Escape')
  await page.getByRole('dialog', { name: 'Sign out everywhere?' }).waitFor({ state: 'detached' })
  await backTo('You')
  for (const name of ['Status', 'Notifications', 'Privacy', 'Blocked people', 'Unread looks wrong?']) {
    await page.getByRole('dialog').getByRole('button', { name }).click()
    await page.getByRole('button', { name: 'Back', exact: true }).waitFor()
    if (name === 'Notifications') await page.getByRole('switch', { name: 'Quiet hours' }).check()
    if (name.startsWith('Unread')) {
      await page.getByRole('button', { name: 'Count again' }).click()
      await page.getByText(/rooms checked: all three agree/).waitFor()
    }
    await check(name)
    await page.getByRole('button', { name: 'Back', exact: true }).click()
  }
  await closed('you, again')
  await page.goto('/new-password')
  await page.getByLabel('New password').waitFor()
  await check('new password')
  await page.goto('/')
  await page.getByRole('navigation', { name: 'Rooms' }).waitFor()
  await page
    .getByRole('link', { name: /Ebb 2\.0/ })
    .first()
    .press('Shift+F10')
  await page.getByRole('menu').waitFor()
  await check('room menu')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Unread', exact: true }).click()
  await page.getByText('You have read everything.').waitFor()
  await check('nothing unread')
  await page.getByRole('button', { name: 'All', exact: true }).click()
  await page.getByRole('link', { name: /Ebb 2\.0/ }).click()
  await page.getByRole('article').first().waitFor()
  await check('room')
  await composer(page).press('PageUp')
  await page.getByRole('button', { name: /latest message/ }).waitFor()
  await check('room, scrolled back')
  const beside = async (panel: string, open: () => Promise<void>) => {
    await open()
    await page.getByRole('complementary').getByRole('heading').first().waitFor()
    await check(panel)
    await page.getByRole('complementary').getByRole('button', { name: 'Close', exact: true }).click()
    await page.getByRole('complementary').waitFor({ state: 'detached' })
  }
  const about = async (what: string) => {
    await page
      .getByRole('article', { name: /^(You|Ada Marsh|Grace Okafor|Linus Berg), / })
      .last()
      .press('m')
    await page.getByRole('menuitem', { name: what, exact: true }).click()
  }
  await beside('members', () =>
    page
      .getByRole('button', { name: /members/ })
      .first()
      .click(),
  )
  await beside('room settings', () => page.getByRole('button', { name: 'Room settings' }).click())
  for (const [panel, shows] of [
    ['Coming in', 'Who finds the room'],
    ['Join links', 'Links that were made'],
    ['Requests to join', 'Nobody waits to be let in.'],
    ['Banned people', 'Nobody is banned from this room.'],
    ['What happened here', 'It is kept for a year'],
  ] as const) {
    await beside(panel, async () => {
      await page.getByRole('button', { name: 'Room settings' }).click()
      await page.getByRole('complementary').getByRole('button', { name: panel }).click()
      await page.getByRole('complementary').getByText(shows).waitFor()
      if (panel === 'Coming in') await page.getByRole('button', { name: 'Set a passcode' }).click()
    })
  }
  await page
    .getByRole('article', { name: /^(You|Ada Marsh|Grace Okafor|Linus Berg), / })
    .last()
    .press('m')
  await page.getByRole('menu').waitFor()
  await check('message menu')
  await page.keyboard.press('Escape')
  await about('More emoji')
  await closed('emoji')
  await about('Forward')
  await closed('forward')
  await beside('thread', () => about('Reply in thread'))
  await beside('message info', () => about('Message info'))
  await about('Pin')
  await page.getByRole('button', { name: 'All pinned messages' }).waitFor()
  await check('a pin')
  await beside('pinned messages', () => page.getByRole('button', { name: 'All pinned messages' }).click())
  await about('Unpin')
  await page.getByRole('button', { name: 'All pinned messages' }).waitFor({ state: 'detached' })
  await openInvite(page)
  await page.getByRole('dialog').getByRole('button', { name: 'Make a link' }).click()
  await page.getByRole('button', { name: 'Show a QR code' }).click()
  await page.getByRole('img', { name: /QR code/ }).waitFor()
  await closed('invite')
  await page.goto('/r/01900000-0000-7000-8000-000000000000')
  await page.getByRole('heading', { name: 'You are not in this room' }).waitFor()
  await check('a room of others')
}
