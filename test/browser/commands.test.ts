import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { keepScreenshot, launch } from './support/browser.ts'
import { composer, makeRoom, message, send } from './support/person.ts'
import { choose, together } from './support/together.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(async () => await browser.close())

test('a message is edited from the keyboard, reacted to, deleted, and brought back: everyone sees each of it', async () => {
  const { ada, grace } = await together(browser, 'Charts', { width: 360, dark: true })
  await send(ada.page, 'High water at noon')
  await message(grace.page, 'High water at noon').waitFor()

  await composer(ada.page).press('ArrowUp')
  const edit = ada.page.getByRole('textbox', { name: 'Edit your message' })
  expect(await edit.inputValue()).toBe('High water at noon')
  await edit.press('Escape')
  expect(await composer(ada.page).inputValue()).toBe('')
  await choose(ada, 'High water at noon', 'Edit')
  await edit.fill('High water at one')
  await edit.press('Enter')
  await message(grace.page, 'High water at one').getByText('edited').waitFor()

  await choose(grace, 'High water at one', 'React with 🎉')
  const chip = message(ada.page, 'High water at one').getByRole('button', { name: '🎉 1: Grace Hopper' })
  await chip.click()
  await message(grace.page, 'High water at one')
    .getByRole('button', { name: '🎉 2: You and Ada Lovelace', pressed: true })
    .click()
  await message(ada.page, 'High water at one').getByRole('button', { name: '🎉 1: You', pressed: true }).waitFor()

  await choose(ada, 'High water at one', 'Delete')
  await message(grace.page, 'This message was deleted').waitFor()
  await keepScreenshot(grace.page, 'deleted-360-dark')
  await ada.page.getByRole('button', { name: 'Undo' }).click()
  await message(grace.page, 'High water at one').waitFor()
  expect([...ada.errors, ...grace.errors]).toEqual([])
})

test('any emoji can be found by its name, and the menu gives the focus back', async () => {
  const { ada, grace } = await together(browser, 'Signals')
  await send(ada.page, 'Land in sight')
  const row = message(ada.page, 'Land in sight')
  await row.getByLabel('Read by everyone').waitFor()
  await row.focus()
  await row.press('Shift+F10')
  await ada.page.getByRole('menu').waitFor()
  await ada.page.keyboard.press('Escape')
  expect(await row.evaluate((element) => element === document.activeElement)).toBe(true)

  await choose(ada, 'Land in sight', 'More emoji')
  await ada.page.getByRole('textbox', { name: 'Find an emoji' }).or(ada.page.getByLabel('Find an emoji')).fill('anchor')
  await ada.page.keyboard.press('Enter')
  await message(grace.page, 'Land in sight').getByRole('button', { name: /^⚓ 1/ }).waitFor()
  expect([...ada.errors, ...grace.errors]).toEqual([])
})

test('a message is pinned for everyone, answered in its thread, forwarded, and tells who read it', async () => {
  const { ada, grace } = await together(browser, 'Pilots')
  await makeRoom(ada.page, 'Log book')
  await ada.page.getByRole('link', { name: /Pilots/ }).click()
  await send(ada.page, 'Meet at the east pier')
  await message(grace.page, 'Meet at the east pier').waitFor()

  await choose(ada, 'Meet at the east pier', 'Pin')
  await grace.page.getByRole('button', { name: /^Pinned.*east pier/ }).waitFor()

  await choose(grace, 'Meet at the east pier', 'Reply in thread')
  const reply = grace.page.getByRole('textbox', { name: 'Reply in the thread' })
  await reply.fill('I bring the charts')
  await reply.press('Enter')
  await message(ada.page, 'Meet at the east pier').getByRole('button', { name: '1 reply' }).click()
  const thread = ada.page.getByRole('complementary', { name: 'Thread' })
  await thread.getByRole('article').filter({ hasText: 'I bring the charts' }).waitFor()
  expect(await thread.getByRole('article').count()).toBe(2)
  await keepScreenshot(ada.page, 'thread-1280-light')
  await ada.page.keyboard.press('Escape')
  await thread.waitFor({ state: 'detached' })

  await choose(ada, 'Meet at the east pier', 'Message info')
  const info = ada.page.getByRole('complementary', { name: 'Message info' })
  await info.getByRole('heading', { name: /Read by/ }).waitFor()
  await info.getByText('Grace Hopper').waitFor()
  await info.getByRole('button', { name: 'Close' }).click()

  await choose(ada, 'Meet at the east pier', 'Forward')
  await ada.page.getByRole('dialog').getByRole('button', { name: 'Log book' }).click()
  await ada.page.getByRole('button', { name: 'Open', exact: true }).click()
  await ada.page.getByRole('heading', { name: 'Log book' }).waitFor()
  await message(ada.page, 'Meet at the east pier').getByText('Forwarded').waitFor()

  await ada.page.getByRole('link', { name: /Pilots/ }).click()
  await ada.page.getByRole('button', { name: 'All pinned messages' }).click()
  await ada.page.getByRole('complementary', { name: 'Pinned messages' }).getByRole('button', { name: 'Unpin' }).click()
  await grace.page.getByRole('button', { name: /^Pinned/ }).waitFor({ state: 'detached' })
  expect([...ada.errors, ...grace.errors]).toEqual([])
})

test('the owner renames the room, makes it slow, and lets only admins write: the others see it and are held to it', async () => {
  const { ada, grace } = await together(browser, 'Harbour', { width: 360 })
  await ada.page.getByRole('button', { name: 'Room settings' }).click()
  const settings = ada.page.getByRole('complementary', { name: 'Room settings' })
  const save = async () => {
    await settings.getByRole('button', { name: 'Save' }).click()
    await settings.getByText('Saved.').waitFor()
  }
  await settings.getByLabel('Name of the room').fill('Old harbour')
  await settings.getByLabel('Description').fill('Where the ferries go from.')
  await settings.getByLabel('Slow mode').selectOption('300')
  await settings.getByLabel('Disappearing messages').selectOption({ label: 'After 7 days' })
  await save()
  await grace.page.getByRole('heading', { name: 'Old harbour' }).waitFor()

  await send(grace.page, 'The ferry is late')
  await message(ada.page, 'The ferry is late')
    .getByTitle(/Disappears in 7 days/)
    .waitFor()
  await grace.page.getByText('Slow mode: one message every 5 min.').waitFor()
  await composer(grace.page).fill('And full')
  await composer(grace.page).press('Enter')
  expect(await composer(grace.page).inputValue()).toBe('And full')

  await settings.getByLabel('Who writes here').selectOption('admins')
  await save()
  await grace.page.getByText('Only admins write in this room.').waitFor()
  await grace.page.getByRole('button', { name: 'Room settings' }).click()
  const about = grace.page.getByRole('complementary', { name: 'About this room' })
  await about.getByText('Where the ferries go from.').waitFor()
  expect(await about.getByRole('button', { name: 'Save' }).count()).toBe(0)
  await keepScreenshot(grace.page, 'about-360-light')
  // On a narrow page the way back closes the panel, and stays in the room.
  await grace.page.goBack()
  await about.waitFor({ state: 'detached' })
  await grace.page.getByRole('heading', { name: 'Old harbour' }).waitFor()
  expect([...ada.errors, ...grace.errors]).toEqual([])
})

test('a moderator may what a member may not; who was silenced reads why; who was banned or removed is out at once', async () => {
  const { ada, grace, link } = await together(browser, 'Lighthouse')
  await send(ada.page, 'Lamp oil is low')
  await message(grace.page, 'Lamp oil is low').waitFor()
  const more = message(grace.page, 'Lamp oil is low')
  await more.focus()
  await more.press('Enter')
  const menu = grace.page.getByRole('menu', { name: 'Message' })
  await menu.waitFor()
  expect(await menu.getByRole('menuitem', { name: /^(Pin|Delete|Edit)$/ }).count()).toBe(0)
  await grace.page.keyboard.press('Escape')

  await ada.page.getByRole('button', { name: 'Members', exact: true }).click()
  const people = ada.page.getByRole('complementary', { name: '2 members' })
  const withGrace = async (what: string) => {
    await people.getByRole('button', { name: 'What to do with Grace Hopper' }).click()
    await ada.page.getByRole('menuitem', { name: what }).click()
  }
  await withGrace('Make moderator')
  await people.getByText(/^Moderator/).waitFor()
  await choose(grace, 'Lamp oil is low', 'Delete')
  await grace.page.getByRole('button', { name: 'Delete for everyone' }).click()
  await message(ada.page, 'A moderator deleted this message').waitFor()

  await withGrace('Silence for 24 h')
  await grace.page.getByText('A moderator has silenced you here.').waitFor()
  await withGrace('Let write again')
  await composer(grace.page).waitFor()

  await withGrace('Ban')
  await ada.page.getByRole('dialog').getByRole('button', { name: 'Ban' }).click()
  await grace.page.getByRole('heading', { name: 'You are not in this room' }).waitFor()
  await ada.page.getByRole('complementary', { name: '1 member' }).waitFor()
  await ada.page.getByRole('button', { name: 'Lift the ban' }).click()
  await grace.page.goto(link)
  await grace.page.getByRole('button', { name: 'Join the room' }).click()
  await composer(grace.page).waitFor()
  await withGrace('Remove from the room')
  await ada.page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
  await grace.page.getByRole('heading', { name: 'You are not in this room' }).waitFor()
  expect([...ada.errors, ...grace.errors]).toEqual([])
})

test('the room is handed over, and its former owner leaves it', async () => {
  const { ada, grace } = await together(browser, 'Tug')
  await ada.page.getByRole('button', { name: 'Members', exact: true }).click()
  await ada.page.getByText('Hand the room over before you leave it.').waitFor()
  await ada.page.getByRole('button', { name: 'What to do with Grace Hopper' }).click()
  await ada.page.getByRole('menuitem', { name: 'Hand the room over' }).click()
  await ada.page.getByRole('dialog').getByRole('button', { name: 'Hand over' }).click()
  await grace.page.getByText('Grace Hopper owns the room now').waitFor()
  await ada.page.getByRole('button', { name: 'Leave the room' }).click()
  await ada.page.getByRole('dialog').getByRole('button', { name: 'Leave' }).click()
  await ada.page.waitForURL((url) => url.pathname === '/')
  await grace.page.getByText('Ada Lovelace left').waitFor()
  expect([...ada.errors, ...grace.errors]).toEqual([])
})

test('what was edited, reacted to and deleted without a network is seen by everyone once it is back', async () => {
  const { ada, grace, tunnel } = await together(browser, 'Fog')
  for (const text of ['First bell', 'Second bell', 'Third bell']) {
    await send(ada.page, text)
    await message(grace.page, text).waitFor()
  }
  tunnel.cut()
  await choose(ada, 'First bell', 'Edit')
  const edit = ada.page.getByRole('textbox', { name: 'Edit your message' })
  await edit.fill('First horn')
  await edit.press('Enter')
  await choose(ada, 'Second bell', 'React with 👍')
  await choose(ada, 'Third bell', 'Delete')
  await message(ada.page, 'First horn').getByLabel('Sending').waitFor()
  await message(ada.page, 'This message was deleted').waitFor()
  const room = ada.page.url()
  await ada.page.goto('about:blank')

  tunnel.mend()
  await ada.page.goto(room)

  await message(grace.page, 'First horn').getByText('edited').waitFor()
  await message(grace.page, 'Second bell').getByRole('button', { name: '👍 1: Ada Lovelace' }).waitFor()
  await message(grace.page, 'This message was deleted').waitFor()
  await message(ada.page, 'First horn').getByLabel('Read by everyone').waitFor()
})

test('marked as unread from a message on: the divider stands there, and the list counts it', async () => {
  const { ada, grace } = await together(browser, 'Watch')
  for (const n of [1, 2, 3]) await send(ada.page, `Watch ${n} is over`)
  await message(grace.page, 'Watch 3 is over').waitFor()
  await message(ada.page, 'Watch 3 is over').getByLabel('Read by everyone').waitFor()

  await choose(grace, 'Watch 2 is over', 'Mark as unread from here')

  await grace.page.getByText('2 new messages').waitFor()
  await grace.page.getByRole('button', { name: 'Undo' }).waitFor()
  await grace.page.getByRole('link', { name: /Watch.*2\s*unread/ }).waitFor()
  expect([...ada.errors, ...grace.errors]).toEqual([])
})

test('an edit that comes too late is told with its text, and stays until it was read', async () => {
  const { ada, grace, tunnel } = await together(browser, 'Wreck')
  await ada.page.getByRole('button', { name: 'Members', exact: true }).click()
  await ada.page.getByRole('button', { name: 'What to do with Grace Hopper' }).click()
  await ada.page.getByRole('menuitem', { name: 'Make moderator' }).click()
  await grace.page.getByText('Grace Hopper is a moderator now').waitFor()
  await send(ada.page, 'Wreck at four fathoms')
  await message(grace.page, 'Wreck at four fathoms').waitFor()

  tunnel.cut()
  await choose(ada, 'Wreck at four fathoms', 'Edit')
  const edit = ada.page.getByRole('textbox', { name: 'Edit your message' })
  await edit.fill('Wreck at five fathoms')
  await edit.press('Enter')
  await choose(grace, 'Wreck at four fathoms', 'Delete')
  await grace.page.getByRole('button', { name: 'Delete for everyone' }).click()
  await message(grace.page, 'A moderator deleted this message').waitFor()
  tunnel.mend()
  await ada.page.evaluate(() => window.dispatchEvent(new Event('online')))

  const told = ada.page.getByRole('alert').getByText('Your edit was not saved: the message was deleted.')
  await told.waitFor()
  await keepScreenshot(ada.page, 'edit-too-late-1280-light')
  await message(ada.page, 'A moderator deleted this message').waitFor()
  await ada.page.getByRole('button', { name: 'Copy the text' }).waitFor()
  await ada.page.getByRole('button', { name: 'Close this' }).click()
  await told.waitFor({ state: 'detached' })
})
