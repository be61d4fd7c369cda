import { afterAll, beforeAll, expect, test } from 'vitest'
import { admit, captured, connectionsOf, inCall, join, Meet, tiles, waitsOutside } from './support/meet.ts'

let meet: Meet

beforeAll(async () => {
  meet = await Meet.start()
}, 180_000)

afterAll(() => meet?.stop())

test('[AC-39] a host and two guests, one without an account, see and hear each other once the host has let them in', async () => {
  const { ada, link, meeting } = await meet.holds()
  const grace = await meet.knocksSignedIn(link, 'Grace')
  const linus = await meet.knocks(link, 'Linus', 360)
  await Promise.all([waitsOutside(grace), waitsOutside(linus)])
  // Nobody who waits has a token, so nothing connects to the media server.
  expect([await connectionsOf(grace), await connectionsOf(linus)]).toEqual([0, 0])

  await ada.getByRole('button', { name: 'Admit all' }).click()

  await Promise.all([
    meet.meets(ada, meeting, ['Grace', 'Linus']),
    meet.meets(grace, meeting, ['Ada', 'Linus']),
    meet.meets(linus, meeting, ['Ada', 'Grace']),
  ])
  expect(await ada.evaluate(() => document.documentElement.scrollWidth)).toBe(1_280)
  expect(await linus.evaluate(() => document.documentElement.scrollWidth)).toBe(360)

  await ada.getByRole('button', { name: 'Leave' }).click()
  await ada.getByRole('menuitem', { name: 'End it for everyone' }).click()
  await ada.getByRole('button', { name: 'End for everyone' }).click()
  for (const page of [ada, grace, linus]) {
    await page.getByRole('heading', { name: 'The meeting is over' }).waitFor()
    await expect.poll(() => captured(page)).toEqual(['ended'])
  }
}, 120_000)

test('[AC-39] who is denied stays outside, a locked meeting takes no knocks, and a host mutes a guest', async () => {
  const { ada, grace, link } = await meet.talk()
  const linus = await meet.knocks(link, 'Linus')
  await waitsOutside(linus)
  await ada.getByRole('button', { name: 'Deny', exact: true }).click()
  await linus.getByRole('heading', { name: 'You were not let in' }).waitFor()

  await ada.getByRole('button', { name: /^People/ }).click()
  await ada.getByRole('switch', { name: 'Lock the meeting' }).click()
  await grace.getByText('The meeting is locked.').waitFor()
  const joan = await meet.knocks(link, 'Joan')
  await joan.getByRole('heading', { name: 'The meeting is locked' }).waitFor()

  await ada.getByRole('button', { name: 'More about Grace' }).click()
  await ada.getByRole('menuitem', { name: 'Mute' }).click()
  await grace.getByText('Ada muted you.').waitFor()
  await grace.locator('[aria-label="Microphone"][aria-pressed=false]').waitFor()
  await ada.locator('[data-tile]', { hasText: 'Muted: Grace' }).waitFor()
}, 120_000)

test('[AC-38] a host who loads the page anew comes in without knocking, and finds those who wait', async () => {
  const { ada, link, meeting } = await meet.holds()
  const grace = await meet.knocks(link, 'Grace')
  await waitsOutside(grace)
  await ada.getByText('Grace wants to come in.').waitFor()

  await ada.reload()
  await join(ada)
  await inCall(ada)

  await ada.getByText('Grace wants to come in.').waitFor()
  expect(await grace.getByRole('heading', { name: 'Waiting to be let in' }).isVisible()).toBe(true)
  await admit(ada)
  await Promise.all([meet.meets(ada, meeting, ['Grace']), meet.meets(grace, meeting, ['Ada'])])
}, 120_000)

test('[AC-37] who loads the page anew and joins within 5 s is one tile to the others', async () => {
  const { ada, grace, meeting } = await meet.talk()
  await grace.evaluate(() => {
    const seen = new Set<number>()
    Reflect.set(globalThis, 'most', seen)
    new MutationObserver(() => seen.add(document.querySelectorAll('[data-tile]').length)).observe(document.body, {
      childList: true,
      subtree: true,
    })
  })

  await ada.reload()
  await join(ada)
  await meet.meets(ada, meeting, ['Grace'])

  await expect.poll(() => tiles(grace)).toBe(2)
  const most = await grace.evaluate(() => Math.max(2, ...(Reflect.get(globalThis, 'most') as Set<number>)))
  expect(most).toBe(2)
}, 120_000)

test('[AC-37] who joined in another tab takes the call back to this one with a click', async () => {
  const { ada, grace, meeting } = await meet.talk()
  const other = await ada.context().newPage()
  await other.goto(`/meet/${meeting}`)
  await join(other)
  const back = ada.getByRole('button', { name: 'Be here instead' })
  await back.waitFor()

  await back.click()

  await other.getByRole('button', { name: 'Be here instead' }).waitFor()
  await back.waitFor({ state: 'detached' })
  await expect.poll(() => tiles(ada)).toBe(2)
  await expect.poll(() => tiles(grace)).toBe(2)
}, 120_000)

test('[AC-37] whose network is gone for a while is told so, and comes back by themselves, once', async () => {
  const { ada, grace, meeting } = await meet.talk()
  const lost = grace.getByText('Connection lost. Reconnecting…')

  await grace.context().setOffline(true)

  // The client notices by pings that are not answered.
  await lost.waitFor({ timeout: 60_000 })
  await grace.context().setOffline(false)
  await lost.waitFor({ state: 'detached' })
  await Promise.all([meet.meets(ada, meeting, ['Grace']), meet.meets(grace, meeting, ['Ada'])])
  await expect.poll(() => grace.getByText('Connecting to the meeting…').count()).toBe(0)
  expect([await tiles(ada), await tiles(grace)]).toEqual([2, 2])
}, 120_000)

test('[AC-37] a browser that still asks for the camera holds up no return to the call', async () => {
  const { ada, meeting } = await meet.begun()
  await ada.addInitScript(() => {
    const { mediaDevices } = navigator
    const given = mediaDevices.getUserMedia.bind(mediaDevices)
    mediaDevices.getUserMedia = (wanted) => (wanted?.video ? new Promise(() => {}) : given(wanted))
  })
  await ada.reload()
  await join(ada)
  await inCall(ada)
  await ada.getByRole('button', { name: 'Microphone', pressed: true }).waitFor()
  const other = await ada.context().newPage()
  await other.goto(`/meet/${meeting}`)
  await join(other)
  const back = ada.getByRole('button', { name: 'Be here instead' })
  await back.click()

  await other.getByRole('button', { name: 'Be here instead' }).waitFor()

  await back.waitFor({ state: 'detached' })
  await expect.poll(() => tiles(ada)).toBe(1)
}, 120_000)

test('who is muted talks for as long as they hold Space, and whoever may only listen is told so', async () => {
  const { ada, grace } = await meet.talk()
  const microphone = (pressed: boolean) => grace.getByRole('button', { name: 'Microphone', pressed })
  await microphone(true).click()
  await microphone(false).waitFor()
  await grace.getByRole('button', { name: 'Chat' }).focus()
  await grace.evaluate(() => (document.activeElement as HTMLElement).blur())

  await grace.keyboard.down(' ')
  await microphone(true).waitFor()
  await grace.keyboard.down(' ')
  await grace.keyboard.up(' ')
  await microphone(false).waitFor()

  await ada.getByRole('button', { name: /^People/ }).click()
  await ada.getByRole('button', { name: 'More about Grace' }).click()
  await ada.getByRole('menuitem', { name: 'Only let them listen' }).click()
  await grace.getByText('You hear and see the others here.').waitFor()
}, 120_000)
