import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { uuidV7 } from '../../protocol/ids.ts'
import { keepScreenshot, launch, openWindow, type Window } from './support/browser.ts'
import { lookAway } from './support/looking.ts'
import {
  arrive,
  arriveAgain,
  comeIn,
  composer,
  inviteLink,
  makeRoom,
  message,
  roomWithLink,
  send,
  signIn,
} from './support/person.ts'
import { together } from './support/together.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(async () => await browser.close())

function line(page: Page, room: string | RegExp) {
  return page.getByRole('navigation', { name: 'Rooms' }).getByRole('link').filter({ hasText: room })
}

/** Asks for something from the menu of a room in the list. */
async function choose(page: Page, room: string, what: string | RegExp): Promise<void> {
  await line(page, room).press('Shift+F10')
  const menu = page.getByRole('menu')
  await menu
    .getByRole('menuitem', { name: what })
    .or(menu.getByRole('menuitemradio', { name: what }))
    .click()
  await menu.waitFor({ state: 'detached' })
}

/** Opens one page of the dialog about oneself. */
async function settings(page: Page, name: string) {
  await page.getByRole('button', { name: /^You:/ }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: new RegExp(`^${name}`) }).click()
  await dialog.getByRole('heading', { name }).waitFor()
  return dialog
}

/** Ada's room, and Grace on two devices, neither of which has it open. */
async function onTwoDevices(room: string): Promise<{ ada: Window; laptop: Window; phone: Window; id: string }> {
  const [ada, laptop, phone] = [
    await openWindow(browser),
    await openWindow(browser),
    await openWindow(browser, { width: 360, dark: true }),
  ]
  const [{ id, link }, email] = await Promise.all([
    arrive(ada, 'Ada Lovelace').then(() => roomWithLink(ada, room)),
    arrive(laptop, 'Grace Hopper'),
  ])
  await Promise.all([comeIn(laptop, link), arriveAgain(phone, email)])
  await ada.page.goto(`/r/${id}`)
  await composer(ada.page).waitFor()
  for (const { page } of [laptop, phone]) {
    await page.goto('/')
    await line(page, room).waitFor()
  }
  return { ada, laptop, phone, id }
}

test('[INB20] the list follows rooms that are not open: order, who writes, what was written, unread; and asks for nothing', async () => {
  const { ada, grace } = await together(browser, 'Estuary')
  await makeRoom(grace.page, 'Boathouse')
  const connected = grace.page.waitForResponse(/\/meetings\?when=unanswered$/)
  await grace.page.goto('/')
  await connected
  const rooms = grace.page.getByRole('navigation', { name: 'Rooms' }).getByRole('listitem')
  await expect.poll(async () => (await rooms.allTextContents()).map((text) => text.slice(1, 6))).toHaveLength(2)
  const asked: string[] = []
  grace.page.on('request', (request) => {
    if (request.url().includes('/api/')) asked.push(request.url())
  })

  await composer(ada.page).pressSequentially('The tide ')
  await line(grace.page, 'Estuary').getByText('Ada Lovelace is typing…').waitFor()
  await send(ada.page, 'The tide turns at six')
  await line(grace.page, 'Estuary').getByText('Ada Lovelace: The tide turns at six').waitFor()
  await line(grace.page, 'Estuary').getByText('1 unread').waitFor()
  await expect.poll(() => grace.page.title()).toBe('(1) Parley')
  expect(await rooms.first().textContent()).toContain('Estuary')
  await keepScreenshot(grace.page, 'list-unread-1280-light')
  expect(asked).toEqual([])
  expect([...ada.errors, ...grace.errors]).toEqual([])
})

test('[AC-19] what is read on one device is read on the other, in its list and on its badge', async () => {
  const { ada, laptop, phone, id } = await onTwoDevices('Lighthouse')
  for (const text of ['Fog from the west', 'Horn is on']) await send(ada.page, text)
  for (const { page } of [laptop, phone]) {
    await line(page, 'Lighthouse').getByText('2 unread').waitFor()
    await expect.poll(() => page.title()).toBe('(2) Parley')
  }
  await phone.page.goto(`/r/${id}`)
  await message(phone.page, 'Horn is on').waitFor()
  await expect.poll(() => laptop.page.title()).toBe('Parley')
  await line(laptop.page, 'Lighthouse').getByText('unread').waitFor({ state: 'detached' })

  // And what is marked as unread on one is so on the other.
  await choose(laptop.page, 'Lighthouse', 'Mark as unread')
  await expect.poll(() => laptop.page.title()).toBe('(1) Parley')
  await phone.page.goto('/')
  await line(phone.page, 'Lighthouse').getByText('1 unread').waitFor()
  await choose(phone.page, 'Lighthouse', 'Mark as read')
  await expect.poll(() => laptop.page.title()).toBe('Parley')
  expect([...ada.errors, ...laptop.errors, ...phone.errors]).toEqual([])
})

test('[AC-18] the badge is the sum of the rooms that are not muted, in every tab', async () => {
  const { ada, laptop: grace } = await onTwoDevices('Pier')
  await makeRoom(ada.page, 'Harbour')
  const link = new URL(await inviteLink(ada.page)).pathname
  await grace.page.goto(link)
  await grace.page.getByRole('button', { name: 'Join the room' }).click()
  await composer(grace.page).waitFor()
  await grace.page.goto('/')
  const tab = await grace.context.newPage()
  await tab.goto('/')
  await line(tab, 'Harbour').waitFor()

  for (const text of ['One', 'Two', 'Three']) await send(ada.page, text)
  await line(ada.page, 'Pier').click()
  for (const text of ['Four', 'Five']) await send(ada.page, text)
  const titles = async () => [await grace.page.title(), await tab.title()]
  await expect.poll(titles).toEqual(['(5) Parley', '(5) Parley'])
  await choose(tab, 'Harbour', 'Mute for 8 hours')
  await expect.poll(titles).toEqual(['(2) Parley', '(2) Parley'])
  await choose(grace.page, 'Pier', 'Only mentions')
  await expect.poll(titles).toEqual(['Parley', 'Parley'])
  await choose(tab, 'Pier', 'All messages')
  await choose(grace.page, 'Harbour', /^Unmute/)
  await expect.poll(titles).toEqual(['(5) Parley', '(5) Parley'])
  await line(tab, 'Harbour').click()
  await message(tab, 'Three').waitFor()
  await expect.poll(titles).toEqual(['(2) Parley', '(2) Parley'])
  expect(grace.errors).toEqual([])
})

test('a room is pinned, archived and left from the list, by keyboard; a message brings it back from the archive', async () => {
  const { ada, laptop: grace } = await onTwoDevices('Skiff')
  const { page } = grace
  await choose(page, 'Skiff', 'Pin to the top')
  await line(page, 'Skiff').getByTitle('Pinned').waitFor()
  await choose(page, 'Skiff', 'Archive')
  await page.getByText('All your rooms are archived.').waitFor()
  await page.getByRole('button', { name: 'Archived' }).click()
  await line(page, 'Skiff').waitFor()
  await page.getByRole('button', { name: 'All', exact: true }).click()
  await send(ada.page, 'All hands')
  await line(page, 'Skiff').getByText('All hands').waitFor()

  await line(page, 'Skiff').press('Shift+F10')
  await page.keyboard.press('End')
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').getByRole('button', { name: 'Leave', exact: true }).click()
  await page.getByText('No rooms yet').waitFor()
  await ada.page.getByText('Grace Hopper left').waitFor()
  expect([...ada.errors, ...grace.errors]).toEqual([])
})

test('no row moves under the pointer: the order waits until it is gone', async () => {
  const { ada, grace } = await together(browser, 'Sluice')
  await makeRoom(grace.page, 'Weir')
  const names = () =>
    grace.page
      .getByRole('navigation', { name: 'Rooms' })
      .getByRole('listitem')
      .evaluateAll((items) => items.map((item) => item.querySelector('bdi')!.textContent))
  await expect.poll(names).toEqual(['Weir', 'Sluice'])
  await line(grace.page, 'Weir').hover()
  await send(ada.page, 'Open the gates')
  await line(grace.page, 'Sluice').getByText('Open the gates').waitFor()
  expect(await names()).toEqual(['Weir', 'Sluice'])
  await composer(grace.page).hover()
  await expect.poll(names).toEqual(['Sluice', 'Weir'])
})

test('[PRS3] a dot says how the other one of a conversation is, in a shape and in words, and goes when they hide it', async () => {
  const [adaAccount, graceAccount] = inject('parley').demo
  const [ada, grace] = [await openWindow(browser), await openWindow(browser)]
  await signIn(ada.page, adaAccount!.email, adaAccount!.password)
  await signIn(grace.page, graceAccount!.email, graceAccount!.password)
  const hers = line(ada.page, /^GO/)
  const shows = async (choice: string) => {
    await grace.page.getByRole('button', { name: /^You:/ }).click()
    await grace.page.getByRole('dialog').getByText(choice, { exact: true }).click()
    await grace.page.keyboard.press('Escape')
  }
  await hers.getByText('Online').waitFor()
  await hers.locator('[data-presence=online]').waitFor()
  await shows('Do not disturb')
  await hers.locator('[data-presence=busy]').waitFor()
  await hers.getByText('Do not disturb').waitFor()
  await hers.click()
  await ada.page.getByRole('banner').or(ada.page.locator('header')).getByText('Do not disturb').waitFor()

  const dialog = await settings(grace.page, 'Status')
  await dialog.getByRole('textbox', { name: 'What you say' }).fill('Counting buoys')
  await dialog.getByRole('combobox', { name: 'For how long' }).selectOption({ label: '1 hour' })
  await dialog.getByRole('radio', { name: '🌙' }).check({ force: true })
  await dialog.getByRole('button', { name: 'Save' }).click()
  await dialog.getByText('🌙 Counting buoys').waitFor()
  await grace.page.keyboard.press('Escape')
  await ada.page.getByText('Do not disturb · 🌙 Counting buoys').waitFor()
  await keepScreenshot(ada.page, 'presence-1280-light')

  await shows('Invisible')
  await hers.locator('[data-presence]').waitFor({ state: 'detached' })
  await ada.page.getByText('Conversation of two').waitFor()
  await shows('Available')
  await hers.getByText('Online').waitFor()
  expect([...ada.errors, ...grace.errors]).toEqual([])
})

test('[SET3] what someone sets for themself is kept, and is so on their other device', async () => {
  const { laptop, phone } = await onTwoDevices('Quay')
  const privacy = await settings(laptop.page, 'Privacy')
  await privacy.getByRole('combobox', { name: /When you are here/ }).selectOption({ label: 'Nobody' })
  await privacy.getByRole('switch', { name: 'Show that you have read' }).uncheck()
  await laptop.page.keyboard.press('Escape')

  const notifications = await settings(laptop.page, 'Notifications')
  await notifications.getByRole('switch', { name: 'Show what was written' }).uncheck()
  const quiet = notifications.getByRole('switch', { name: 'Quiet hours' })
  await quiet.focus()
  await quiet.press('Space')
  // They are on as soon as the switch says so; only what is changed about them is still to be saved.
  await notifications.getByRole('button', { name: 'Save', disabled: true }).waitFor()
  expect(await quiet.evaluate((field) => field === document.activeElement)).toBe(true)
  await notifications.getByLabel('From').fill('21:30')
  await notifications.getByRole('checkbox', { name: 'Sunday' }).uncheck({ force: true })
  await notifications.getByRole('button', { name: 'Save' }).click()

  const there = await settings(phone.page, 'Privacy')
  const lastSeen = there.getByRole('combobox', { name: /When you are here/ })
  await expect.poll(() => lastSeen.inputValue()).toBe('nobody')
  expect(await there.getByRole('switch', { name: 'Show that you have read' }).isChecked()).toBe(false)
  await phone.page.getByRole('button', { name: 'Back', exact: true }).click()
  await there.getByRole('button', { name: /^Notifications/ }).click()
  await expect.poll(() => there.getByLabel('From').inputValue()).toBe('21:30')
  expect(await there.getByRole('checkbox', { name: 'Sunday' }).isChecked()).toBe(false)
  expect(await there.getByRole('switch', { name: 'Show what was written' }).isChecked()).toBe(false)
  await keepScreenshot(phone.page, 'notifications-360-dark')
  expect([...laptop.errors, ...phone.errors]).toEqual([])
})

test('[BLK6] messages of someone who is blocked are folded in groups, shown when asked for, and whole again when unblocked', async () => {
  const { ada, grace } = await together(browser, 'Commons')
  await send(ada.page, 'Before the quarrel')
  await message(grace.page, 'Before the quarrel').waitFor()
  await grace.page.getByRole('button', { name: 'Members', exact: true }).click()
  const panel = grace.page.getByRole('complementary')
  await panel.getByRole('button', { name: 'What to do with Ada Lovelace' }).click()
  await grace.page.getByRole('menuitem', { name: 'Block' }).click()
  await grace.page.getByRole('dialog').getByRole('button', { name: 'Block', exact: true }).click()
  await panel.getByText('Blocked').waitFor()
  await message(grace.page, 'Before the quarrel').waitFor({ state: 'detached' })

  await send(ada.page, 'After the quarrel')
  const folded = grace.page.getByText('Message from someone you blocked')
  await expect.poll(() => folded.count()).toBe(3)
  await keepScreenshot(grace.page, 'folded-1280-light')
  await grace.page.getByRole('button', { name: 'Show' }).last().click()
  await message(grace.page, 'After the quarrel').waitFor()
  await panel.getByRole('button', { name: 'Close', exact: true }).click()

  const dialog = await settings(grace.page, 'Blocked people')
  await dialog.getByRole('button', { name: 'Unblock Ada Lovelace' }).click()
  await dialog.getByText('You have blocked nobody.').waitFor()
  await grace.page.keyboard.press('Escape')
  await message(grace.page, 'Before the quarrel').waitFor()
  expect([...ada.errors, ...grace.errors]).toEqual([])

  await grace.page.getByRole('button', { name: /^You:/ }).click()
  await grace.page.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click()
  await grace.page.waitForURL('**/sign-in**')
  // Whom she blocked is not left on the device.
  await expect.poll(() => grace.page.evaluate(() => Object.keys(localStorage))).toEqual([])
})

test('[AC-32] one notification for a room with news while nobody looks, which leads there and goes when the room is read', async () => {
  const { ada, laptop: grace, phone, id } = await onTwoDevices('Watch')
  await grace.context.grantPermissions(['notifications'])
  // What the system would show is kept in the page.
  await grace.page.addInitScript(() => {
    const shown: { title: string; body: string; open: boolean; click(): void }[] = []
    class Kept extends EventTarget {
      static permission = 'granted'
      private note
      constructor(title: string, { body = '' }: NotificationOptions = {}) {
        super()
        this.note = { title, body, open: true, click: () => this.dispatchEvent(new Event('click')) }
        shown.push(this.note)
      }
      close() {
        this.note.open = false
      }
    }
    Object.assign(window, { Notification: Kept, shown })
  })
  const shown = () =>
    grace.page.evaluate(() =>
      (window as unknown as { shown: { title: string; body: string; open: boolean }[] }).shown.map(
        ({ title, body, open }) => ({ title, body, open }),
      ),
    )
  await grace.page.reload()
  await line(grace.page, 'Watch').waitFor()
  await grace.page.waitForFunction(() => document.querySelector('[role=alert]') !== null)
  await lookAway(phone.page, 'hidden')
  await lookAway(grace.page)

  await send(ada.page, 'Sail ahead')
  await send(ada.page, 'Two points to port')
  await expect.poll(shown).toEqual([{ title: 'Watch', body: 'Ada Lovelace: Two points to port', open: true }])
  await phone.page.goto(`/r/${id}`)
  await message(phone.page, 'Sail ahead').waitFor()
  await expect.poll(async () => (await shown()).filter(({ open }) => open)).toEqual([])

  await phone.page.goto('/')
  await lookAway(phone.page, 'hidden')
  await send(ada.page, 'She answers')
  await expect
    .poll(async () => (await shown()).filter(({ open }) => open).map(({ body }) => body))
    .toEqual(['Ada Lovelace: She answers'])
  await grace.page.evaluate(() => (window as unknown as { shown: { click(): void }[] }).shown.at(-1)!.click())
  await grace.page.waitForURL(`**/r/${id}`)
  expect([...ada.errors, ...grace.errors]).toEqual([])
})

test('[RNG2] a call rings over everything, takes no focus, and stops on all devices when one declines it', async () => {
  const { ada, laptop, phone, id } = await onTwoDevices('Bridge')
  await laptop.page.goto(`/r/${id}`)
  await composer(laptop.page).fill('half a thought')
  const call = (body: object) =>
    ada.page.evaluate(
      async ({ room, body }) => {
        const answer = await fetch(`/api/v1/rooms/${room}/calls`, { method: 'POST', body: JSON.stringify(body) })
        if (!answer.ok) throw new Error(await answer.text())
      },
      { room: id, body },
    )
  await call({ id: uuidV7(Date.now(), crypto.getRandomValues(new Uint8Array(10))), media: 'video' })
  const cards = [laptop, phone].map(({ page }) => page.getByRole('region', { name: 'Incoming call' }))
  for (const card of cards) await card.getByText('Video call in Bridge').waitFor()
  await laptop.page
    .getByRole('alert')
    .getByText('Ada Lovelace is calling with video in Bridge.')
    .waitFor({ state: 'attached' })
  expect(await composer(laptop.page).evaluate((field) => field === document.activeElement)).toBe(true)
  await keepScreenshot(laptop.page, 'ring-1280-light')
  await keepScreenshot(phone.page, 'ring-360-dark')

  await cards[1]!.getByRole('button', { name: 'Decline' }).click()
  for (const card of cards) await card.waitFor({ state: 'detached' })
  expect([...laptop.errors, ...phone.errors]).toEqual([])
})

test('[INB30] a call that nobody took is told until it was seen, and opens its room', async () => {
  const { ada, laptop, id } = await onTwoDevices('Bridge')
  let toLaptop: { send: (frame: string) => void } | null = null
  await laptop.page.routeWebSocket(/\/inbox\/socket/, (socket) => {
    socket.connectToServer()
    toLaptop = socket
  })
  await laptop.page.goto('/')
  await line(laptop.page, 'Bridge').waitFor()
  const call = uuidV7(Date.now(), crypto.getRandomValues(new Uint8Array(10)))
  await ada.page.evaluate(
    async ({ room, call }) => {
      const body = JSON.stringify({ id: call, media: 'audio' })
      const answer = await fetch(`/api/v1/rooms/${room}/calls`, { method: 'POST', body })
      if (!answer.ok) throw new Error(await answer.text())
    },
    { room: id, call },
  )
  await laptop.page.getByRole('region', { name: 'Incoming call' }).waitFor()
  // The room says so after 30 s.
  toLaptop!.send(JSON.stringify({ t: 'ring_over', room: id, call, why: 'missed' }))
  const card = laptop.page.getByRole('region', { name: 'Missed call' })
  await card.getByText('Ada Lovelace').waitFor()
  await laptop.page.getByRole('region', { name: 'Incoming call' }).waitFor({ state: 'detached' })
  await laptop.page
    .getByRole('alert')
    .getByText('You missed a call from Ada Lovelace in Bridge.')
    .waitFor({ state: 'attached' })
  await keepScreenshot(laptop.page, 'missed-1280-light')
  await card.getByRole('button', { name: 'Open the room' }).click()
  await laptop.page.waitForURL(`**/r/${id}`)
  await card.waitFor({ state: 'detached' })
  await laptop.page.goBack()
  await laptop.page.getByText('Pick a room').waitFor()
  expect(await card.count()).toBe(0)
  expect(laptop.errors).toEqual([])
})
