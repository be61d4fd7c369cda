import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { violationsInBothThemes } from './support/axe.ts'
import { keepScreenshot, launch, openWindow, type Window } from './support/browser.ts'
import { arrive, composer, makeRoom, message, send, signUp } from './support/person.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(async () => await browser.close())

/** Someone with a name that nobody else has, in a window of their own. */
async function newcomer(
  name: string,
  look: { width?: number; dark?: boolean } = {},
): Promise<Window & { name: string }> {
  const window = await openWindow(browser, look)
  const own = `${name} ${crypto.randomUUID().slice(0, 8)}`
  await arrive(window, own)
  await window.page.goto('/')
  await window.page.getByRole('button', { name: 'New', exact: true }).filter({ visible: true }).waitFor()
  return { ...window, name: own }
}

async function begin(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'New', exact: true }).click()
  await page.getByRole('dialog').waitFor()
}

/** Opens one of the panels behind the settings of the room that is open. */
async function behind(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Room settings' }).click()
  await page.getByRole('complementary').getByRole('button', { name }).click()
  await page.getByRole('complementary', { name }).waitFor()
}

/** Makes a link in the panel that is open, and answers its path. */
async function linkFrom(page: Page, lets: string): Promise<string> {
  const panel = page.getByRole('complementary', { name: 'Join links' })
  const another = panel.getByRole('button', { name: 'Make another link' })
  if (await another.isVisible()) await another.click()
  await panel.getByLabel('It lets in').selectOption({ label: lets })
  await panel.getByRole('button', { name: 'Make a link' }).click()
  return new URL(await panel.getByRole('textbox', { name: 'The link' }).inputValue()).pathname
}

test('a conversation that both sides open at once is one, and leads there again', async () => {
  const [ada, grace] = await Promise.all([newcomer('Ada'), newcomer('Grace', { width: 360, dark: true })])
  const open = async (from: Window, to: string) => {
    await begin(from.page)
    await from.page.getByRole('combobox', { name: 'Write to a person' }).fill(to)
    await from.page.getByRole('option', { name: to }).waitFor()
  }
  await Promise.all([open(ada, grace.name), open(grace, ada.name)])
  await keepScreenshot(grace.page, 'new-360-dark')
  await Promise.all([ada.page.keyboard.press('Enter'), grace.page.keyboard.press('Enter')])
  await Promise.all([composer(ada.page).waitFor(), composer(grace.page).waitFor()])
  const room = new URL(ada.page.url()).pathname
  expect(new URL(grace.page.url()).pathname).toBe(room)
  await send(ada.page, 'At the same time')
  await message(grace.page, 'At the same time').waitFor()

  await ada.page.goto('/')
  await begin(ada.page)
  await ada.page.getByRole('option', { name: grace.name }).click()
  await message(ada.page, 'At the same time').waitFor()
  expect(new URL(ada.page.url()).pathname).toBe(room)
  expect([...ada.errors, ...grace.errors]).toEqual([])
})

test('a group is made with people in it; who does not let themselves be added is told with why, and a link is offered', async () => {
  const [ada, grace, linus] = await Promise.all([newcomer('Ada'), newcomer('Grace'), newcomer('Linus')])
  await linus.page.getByRole('button', { name: /^You:/ }).click()
  await linus.page.getByRole('button', { name: 'Privacy' }).click()
  await linus.page.getByLabel(/add you/i).selectOption({ index: 2 })
  await linus.page.keyboard.press('Escape')

  await begin(ada.page)
  await ada.page.getByRole('button', { name: 'New group' }).click()
  const dialog = ada.page.getByRole('dialog')
  await dialog.getByLabel('Name of the group').fill('Lock keepers')
  for (const { name } of [grace, linus]) {
    await dialog.getByRole('combobox', { name: 'People' }).fill(name)
    await dialog.getByRole('option', { name }).click()
  }
  await dialog.getByRole('button', { name: 'Make the group' }).click()
  const left = dialog.getByRole('list', { name: 'Who could not be added' })
  await left.getByText(linus.name).waitFor()
  await left.getByText('They do not let themselves be added.').waitFor()
  expect(await violationsInBothThemes(ada.page)).toEqual([])
  await keepScreenshot(ada.page, 'group-refused-1280')
  await dialog.getByRole('button', { name: 'Open the group' }).click()
  await ada.page.getByText('2 members').first().waitFor()
  await grace.page.getByRole('link', { name: /Lock keepers/ }).waitFor()
  expect([...ada.errors, ...grace.errors, ...linus.errors]).toEqual([])
})

test('a link for one person lets in one, one that was withdrawn nobody; both are listed with what became of them', async () => {
  const [ada, grace, linus] = await Promise.all([newcomer('Ada'), newcomer('Grace'), newcomer('Linus', { width: 360 })])
  await makeRoom(ada.page, 'Slipway')
  await behind(ada.page, 'Join links')
  const once = await linkFrom(ada.page, '1 person')
  await grace.page.goto(once)
  await grace.page.getByRole('button', { name: 'Join the room' }).click()
  await composer(grace.page).waitFor()
  await linus.page.goto(once)
  await linus.page.getByRole('heading', { name: 'This invitation is over' }).waitFor()
  await linus.page.getByText(/as many people have used it/i).waitFor()
  expect(await violationsInBothThemes(linus.page)).toEqual([])
  await keepScreenshot(linus.page, 'link-over-360')

  const other = await linkFrom(ada.page, 'Anyone')
  const list = ada.page.getByRole('list', { name: 'Join links' })
  await list.getByText('Used up · 1 of 1 came in').waitFor()
  await list.getByRole('button', { name: 'Withdraw' }).click()
  await ada.page.getByRole('dialog').getByRole('button', { name: 'Withdraw' }).click()
  await list.getByText('Withdrawn · Nobody came in yet').waitFor()
  expect(await violationsInBothThemes(ada.page)).toEqual([])
  await keepScreenshot(ada.page, 'links-1280')
  await linus.page.goto(other)
  await linus.page.getByText(/It was withdrawn/).waitFor()
  expect([...ada.errors, ...grace.errors, ...linus.errors]).toEqual([])
})

test('who asks to be let in waits in front of the room, which opens as soon as an admin lets them in', async () => {
  const [ada, grace, linus] = await Promise.all([newcomer('Ada'), newcomer('Grace', { width: 360 }), newcomer('Linus')])
  await makeRoom(ada.page, 'The wheelhouse, where the charts are, and the barometer, and whoever steers')
  await behind(ada.page, 'Coming in')
  await ada.page.getByRole('switch', { name: 'People ask before they come in' }).check()
  await ada.page.getByText('Saved.').waitFor()
  await ada.page.getByRole('button', { name: 'Back', exact: true }).click()
  await ada.page.getByRole('complementary').getByRole('button', { name: 'Join links' }).click()
  const link = await linkFrom(ada.page, 'Anyone')

  for (const [{ page }, note] of [
    [grace, 'It is me, from the lock'],
    [linus, ''],
  ] as const) {
    await page.goto(link)
    await page.getByLabel('A word to them').fill(note)
    expect(await violationsInBothThemes(page)).toEqual([])
    await page.getByRole('button', { name: 'Ask to join' }).click()
    await page.getByText('You asked to be let in.').waitFor()
  }
  expect(await violationsInBothThemes(grace.page)).toEqual([])
  // A long name is cut: nobody scrolls sideways.
  expect(await grace.page.locator('main').evaluate((page) => page.scrollWidth - page.clientWidth)).toBe(0)
  await keepScreenshot(grace.page, 'waiting-360')
  await ada.page.getByRole('button', { name: 'Back', exact: true }).click()
  await ada.page.getByRole('button', { name: 'Requests to join 2' }).click()
  await ada.page.getByText('It is me, from the lock').waitFor()
  expect(await violationsInBothThemes(ada.page)).toEqual([])
  await keepScreenshot(ada.page, 'requests-1280')
  await ada.page.getByRole('button', { name: `Let in ${grace.name}` }).click()
  await composer(grace.page).waitFor()
  // It locks someone out for a week: one press does not do it.
  await ada.page.getByRole('button', { name: `Decline ${linus.name}` }).click()
  await ada.page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
  await ada.page.getByRole('button', { name: `Decline ${linus.name}` }).click()
  expect(await violationsInBothThemes(ada.page)).toEqual([])
  await ada.page.getByRole('dialog').getByRole('button', { name: 'Decline' }).click()
  await ada.page.getByText('Nobody waits to be let in.').waitFor()
  await linus.page.getByRole('button', { name: 'Look again' }).click()
  await linus.page.getByText('You were not let in.').waitFor()
  expect(await violationsInBothThemes(linus.page)).toEqual([])

  await ada.page.getByRole('button', { name: 'Back', exact: true }).click()
  await ada.page.getByRole('button', { name: 'What happened here' }).click()
  const happened = ada.page.getByRole('list', { name: 'What happened here' })
  await happened.getByText(`declined ${linus.name}, who asked to join`).waitFor()
  await happened.getByText('made a join link').waitFor()
  expect(await violationsInBothThemes(ada.page)).toEqual([])
  expect([...ada.errors, ...grace.errors, ...linus.errors]).toEqual([])
})

test('a public room is found, entered with its passcode, left at once, and entered again by taking that back', async () => {
  const [ada, grace] = await Promise.all([newcomer('Ada'), newcomer('Grace')])
  const name = `Regatta ${crypto.randomUUID().slice(0, 8)}`
  await makeRoom(ada.page, name)
  await behind(ada.page, 'Coming in')
  await ada.page.getByText('Public', { exact: true }).click()
  await ada.page.getByText('Saved.').waitFor()
  await ada.page.getByRole('button', { name: 'Set a passcode' }).click()
  await ada.page.getByLabel('New passcode').fill('spinnaker')
  await ada.page.getByRole('button', { name: 'Set the passcode' }).click()
  await ada.page.getByText('The passcode is set.').waitFor()

  await begin(grace.page)
  await grace.page.getByRole('button', { name: 'Find public rooms' }).click()
  await grace.page.getByRole('searchbox', { name: 'Find a public room' }).fill(name)
  await grace.page.getByRole('button', { name: `Join ${name}` }).click()
  const dialog = grace.page.getByRole('dialog')
  await dialog.getByLabel('Passcode of the room').fill('mainsail')
  await dialog.getByRole('button', { name: 'Join the room' }).click()
  await dialog.getByText(/The passcode is wrong/).waitFor()
  const field = dialog.getByLabel('Passcode of the room')
  expect(await field.evaluate((element) => element === document.activeElement)).toBe(true)
  expect(await violationsInBothThemes(grace.page)).toEqual([])
  await dialog.getByLabel('Passcode of the room').fill('spinnaker')
  await dialog.getByRole('button', { name: 'Join the room' }).click()
  await composer(grace.page).waitFor()

  await ada.page.getByRole('button', { name: 'Remove it' }).click()
  await ada.page.getByText('Nobody is asked for a passcode any more.').waitFor()
  await grace.page.getByRole('button', { name: 'Members', exact: true }).click()
  await grace.page.getByRole('button', { name: 'Leave the room' }).click()
  await grace.page.getByText(`You left ${name}.`).waitFor()
  await ada.page.getByText(`${grace.name} left`).waitFor()
  await grace.page.getByRole('button', { name: 'Undo' }).click()
  await composer(grace.page).waitFor()
  expect([...ada.errors, ...grace.errors]).toEqual([])
})

test('[AC-41] a banned person’s link is unknown; whoever is in the room already is led into it', async () => {
  const [ada, grace] = await Promise.all([newcomer('Ada'), newcomer('Grace')])
  await makeRoom(ada.page, 'Gangway')
  await behind(ada.page, 'Join links')
  const link = await linkFrom(ada.page, 'Anyone')
  await grace.page.goto(link)
  await grace.page.getByRole('button', { name: 'Join the room' }).click()
  await composer(grace.page).waitFor()
  await grace.page.goto(link)
  await composer(grace.page).waitFor()
  await ada.page.getByRole('button', { name: 'Members', exact: true }).click()
  await ada.page.getByRole('button', { name: `What to do with ${grace.name}` }).click()
  await ada.page.getByRole('menuitem', { name: 'Ban' }).click()
  await ada.page.getByRole('dialog').getByRole('button', { name: 'Ban' }).click()
  await grace.page.getByRole('heading', { name: 'You are not in this room' }).waitFor()
  await grace.page.goto(link)
  await grace.page.getByRole('heading', { name: 'This invitation is unknown' }).waitFor()
  expect([...ada.errors, ...grace.errors]).toEqual([])
})

test('who comes by a link without an account makes one, and is back at the invitation', async () => {
  const [ada, grace] = await Promise.all([newcomer('Ada'), openWindow(browser, { width: 360, dark: true })])
  await makeRoom(ada.page, 'Fo’c’sle')
  await behind(ada.page, 'Join links')
  await grace.page.goto(await linkFrom(ada.page, 'Anyone'))
  await grace.page.getByRole('link', { name: 'Make an account to join' }).click()
  await grace.page.waitForURL(/sign-up/)
  await signUp(grace.page, 'Grace Hopper')
  await grace.page.getByRole('button', { name: 'Join the room' }).click()
  await composer(grace.page).waitFor()
  expect([...ada.errors, ...grace.errors]).toEqual([])
})

test('who was banned is listed, and comes in again once it is lifted; people are added by name', async () => {
  const [ada, grace] = await Promise.all([newcomer('Ada'), newcomer('Grace')])
  await makeRoom(ada.page, 'Crow’s nest')
  await ada.page.getByRole('button', { name: 'Members', exact: true }).click()
  const add = async () => {
    await ada.page.getByRole('button', { name: 'Add people' }).click()
    const dialog = ada.page.getByRole('dialog')
    await dialog.getByRole('combobox').fill(grace.name)
    await dialog.getByRole('option', { name: grace.name }).click()
    await dialog.getByRole('button', { name: 'Add', exact: true }).click()
  }
  await add()
  await grace.page.getByRole('link', { name: /Crow’s nest/ }).waitFor()
  await ada.page.getByRole('button', { name: `What to do with ${grace.name}` }).click()
  await ada.page.getByRole('menuitem', { name: 'Ban' }).click()
  await ada.page.getByRole('dialog').getByRole('button', { name: 'Ban' }).click()
  await grace.page.getByRole('link', { name: /Crow’s nest/ }).waitFor({ state: 'detached' })
  await add()
  await ada.page.getByText('They are banned from this room.').waitFor()
  await ada.page.getByRole('dialog').getByRole('button', { name: 'Close', exact: true }).first().click()

  await behind(ada.page, 'Banned people')
  await ada.page.getByRole('button', { name: `Lift the ban of ${grace.name}` }).click()
  await ada.page.getByText('Nobody is banned from this room.').waitFor()
  await ada.page.getByRole('button', { name: 'Undo' }).click()
  await ada.page.getByRole('list', { name: 'Banned people' }).getByText(grace.name).waitFor()
  expect(await violationsInBothThemes(ada.page)).toEqual([])
  await ada.page.getByRole('button', { name: `Lift the ban of ${grace.name}` }).click()
  await ada.page.getByText('Nobody is banned from this room.').waitFor()
  await ada.page.getByRole('button', { name: 'Members', exact: true }).click()
  await add()
  await grace.page.getByRole('link', { name: /Crow’s nest/ }).waitFor()
  expect([...ada.errors, ...grace.errors]).toEqual([])
})
