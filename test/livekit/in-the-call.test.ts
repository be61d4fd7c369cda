import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { violationsInBothThemes } from '../browser/support/axe.ts'
import { captured, inCall, join, Meet, tiles, waitsOutside } from './support/meet.ts'

let meet: Meet

beforeAll(async () => {
  meet = await Meet.start()
}, 180_000)

afterAll(() => meet?.stop())

async function chooses(page: Page, item: string): Promise<void> {
  await page.getByRole('button', { name: 'More', exact: true }).click()
  await page.getByRole('menuitem', { name: item }).click()
}

test('a screen is seen and heard by the others, in a small window too, until a host stops it', async () => {
  const { ada, grace, meeting } = await meet.talk()

  await grace.getByRole('button', { name: 'Share the screen' }).click()

  await meet.meets(ada, meeting, ['Grace'], ['Grace SCREEN_SHARE', 'Grace SCREEN_SHARE_AUDIO'])
  const screen = ada.getByRole('list', { name: 'Large' }).locator('[data-tile]', { hasText: 'Grace’s screen' })
  await screen.waitFor()
  await chooses(ada, 'Mini window')
  const small = () => ada.evaluate(() => document.pictureInPictureElement?.getAttribute('aria-label') ?? null)
  await expect.poll(small).toBe('Grace’s screen')
  await chooses(ada, 'Mini window')
  await expect.poll(small).toBe(null)

  await ada.getByRole('button', { name: /^People/ }).click()
  await ada.getByRole('button', { name: 'More about Grace' }).click()
  await ada.getByRole('menuitem', { name: 'Stop the sharing' }).click()

  await grace.getByText('Ada stopped your sharing.').waitFor()
  await screen.waitFor({ state: 'detached' })
  await expect.poll(() => tiles(ada)).toBe(2)
}, 120_000)

test('who leaves, and who closes the page, captures nothing any more', async () => {
  const { ada, grace } = await meet.talk()

  await grace.getByRole('button', { name: 'Leave' }).click()

  await grace.getByRole('heading', { name: 'You left the meeting' }).waitFor()
  await expect.poll(() => captured(grace)).toEqual(['ended'])
  await expect.poll(() => tiles(ada)).toBe(1)

  await ada.goto('/robots.txt')

  expect(await ada.evaluate(() => sessionStorage.getItem('captured'))).toBe('ended')
}, 120_000)

test('a call can be held with keys alone', async () => {
  const { ada } = await meet.begun()
  await ada.getByRole('button', { name: /^Join/ }).focus()
  await ada.keyboard.press('Enter')
  await inCall(ada)
  const bar = ada.getByRole('toolbar', { name: 'In the meeting' })
  const button = (name: string, pressed: boolean) => bar.getByRole('button', { name, pressed })
  await button('Camera', true).waitFor()

  await ada.keyboard.press('?')
  const single = ada.getByRole('switch', { name: 'Single keys' })
  await single.uncheck()
  await ada.keyboard.press('Escape')
  await ada.keyboard.press('h')
  await chooses(ada, 'Keys')
  await button('Raise the hand', false).waitFor({ state: 'attached' })
  await single.check()
  await ada.keyboard.press('Escape')

  for (const [key, name, after] of [
    ['m', 'Microphone', false],
    ['v', 'Camera', false],
    ['h', 'Raise the hand', true],
    ['p', 'People', true],
    ['c', 'Chat', true],
  ] as const) {
    await button(name, !after).waitFor()
    await ada.keyboard.press(key)
    await button(name, after).waitFor()
    if (key === 'c') continue
    await ada.keyboard.press(key)
    await button(name, !after).waitFor()
  }
  // Letters that are typed are words.
  const words = ada.getByRole('textbox', { name: /message/i })
  await words.focus()
  await ada.keyboard.type('mvh')
  await button('Raise the hand', false).waitFor()

  const focused = () => ada.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? null)
  for (let steps = 0; steps < 60 && (await focused()) !== 'Microphone'; steps++) await ada.keyboard.press('Shift+Tab')
  for (const [key, name] of [
    ['ArrowRight', 'Camera'],
    ['Home', 'Microphone'],
    ['ArrowLeft', 'Leave'],
    ['ArrowRight', 'Microphone'],
    ['End', 'Leave'],
  ] as const) {
    await ada.keyboard.press(key)
    expect(await focused()).toBe(name)
  }
  await ada.keyboard.press('Enter')
  await ada.getByRole('menuitem', { name: 'Leave the meeting' }).waitFor()
  await ada.keyboard.press('Enter')
  await ada.getByRole('heading', { name: 'You left the meeting' }).waitFor()
}, 120_000)

test('[MTG57] in a call the chat opens without Parley, and a part that cannot be had does not end it', async () => {
  const { ada } = await meet.begun()
  const invitations = '**/assets/invite-dialog-*'
  await ada.route(invitations, (route) => route.abort())
  const failed = ada.waitForEvent('requestfailed', (request) => request.url().includes('/invite-dialog-'))
  await join(ada)
  await inCall(ada)
  await failed
  const fetched = () =>
    ada.evaluate(() => {
      const names = performance.getEntriesByType('resource').map(({ name }) => name)
      return ['shell', 'over', 'toasts'].filter((part) => names.some((name) => name.includes(`/${part}-`)))
    })
  await expect.poll(fetched).toEqual(['shell', 'over', 'toasts'])
  let [answered, loaded] = [0, 0]
  ada.on('response', (answer) => void (answer.request().method() === 'HEAD' && answered++))
  ada.on('load', () => void loaded++)

  await chooses(ada, 'Bring others in')
  await expect.poll(() => answered).toBe(2)
  await ada.route('**/assets/**', (route) => route.abort())
  await ada.getByRole('toolbar').getByRole('button', { name: 'Chat' }).click()
  await ada.getByRole('textbox', { name: /message/i }).fill('Still here')

  await inCall(ada)
  expect(loaded).toBe(0)
}, 120_000)

test.each([
  ['NotAllowedError', 'Parley may not use your camera'],
  ['NotFoundError', 'No camera was found'],
])(
  'without a camera and a microphone one sees and hears the others, and is told why: %s',
  async (why, told) => {
    const { ada, meeting, link } = await meet.holds()
    const linus = await meet.open(360)
    await linus.addInitScript((name) => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', name))
    }, why)
    await meet.knocks(link, 'Linus', linus)
    await waitsOutside(linus)
    await ada.getByRole('button', { name: 'Admit', exact: true }).click()

    await meet.meets(linus, meeting, ['Ada'])
    await meet.meets(ada, meeting, [])
    await linus.getByRole('toolbar').getByRole('button', { name: 'Camera', pressed: false }).click()
    await linus.getByText(told).waitFor()
    expect(await linus.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
  },
  120_000,
)

test('eighteen people stand on two pages', async () => {
  const { ada, link } = await meet.begun({ lobby: 'nobody' })
  await join(ada)
  await inCall(ada)

  await meet.crowd(link, 17)

  const pages = ada.getByRole('navigation', { name: 'Pages of people' })
  await pages.getByText('1 of 2').waitFor()
  await expect.poll(() => tiles(ada)).toBe(16)
  await pages.getByRole('button', { name: 'The next page' }).click()
  await expect.poll(() => tiles(ada)).toBe(2)
  expect(await ada.evaluate(() => document.documentElement.scrollHeight)).toBe(740)
}, 120_000)

test('axe finds nothing wrong before a meeting, in its lobby and in it, in both themes', async () => {
  const { ada, link } = await meet.begun()
  await ada.getByRole('button', { name: 'Join', exact: true }).waitFor()
  expect(await violationsInBothThemes(ada)).toEqual([])
  await join(ada)
  await inCall(ada)
  const grace = await meet.knocks(link, 'Grace', 360)
  await waitsOutside(grace)
  expect(await violationsInBothThemes(grace)).toEqual([])
  await ada.getByText('Grace wants to come in.').waitFor()
  expect(await violationsInBothThemes(ada)).toEqual([])
  await ada.getByRole('button', { name: 'Admit', exact: true }).click()
  await inCall(grace)

  await ada.getByRole('button', { name: /^People/ }).click()
  await ada.getByRole('button', { name: 'More about Grace' }).click()
  expect(await violationsInBothThemes(ada)).toEqual([])
  await ada.keyboard.press('Escape')
  await ada.getByRole('button', { name: /^Chat/ }).click()
  await ada.getByRole('textbox').waitFor()
  await ada.getByRole('button', { name: 'More', exact: true }).click()
  expect(await violationsInBothThemes(ada)).toEqual([])
  await ada.keyboard.press('Escape')
  await ada.getByRole('button', { name: 'Leave' }).click()
  expect(await violationsInBothThemes(ada)).toEqual([])
  await grace.getByRole('button', { name: 'More', exact: true }).click()
  expect(await violationsInBothThemes(grace)).toEqual([])
}, 120_000)
