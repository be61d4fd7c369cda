import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { violationsInBothThemes } from './support/axe.ts'
import { keepScreenshot, launch, openWindow } from './support/browser.ts'
import { meet, together } from './support/together.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(async () => await browser.close())

test('[RNG5] [RNG6] a call starts from the room, stands in its log as a card with the way in, and leads to its meeting', async () => {
  const { ada, grace, id } = await together(browser, 'Bridge', { width: 360, dark: true })
  await ada.page.getByRole('button', { name: 'Video call' }).click()
  await ada.page.waitForURL('**/meet/*')
  // Nobody who calls somebody looks at themself first.
  await ada.page.getByRole('toolbar', { name: 'In the meeting' }).waitFor()
  await ada.page.getByText('Calling Bridge…').waitFor()
  const meeting = new URL(ada.page.url()).pathname
  const ring = grace.page.getByRole('region', { name: 'Incoming call' })
  await ring.getByText('Video call in Bridge').waitFor()
  const card = grace.page.getByRole('log').getByText('Ada Lovelace started a video call')
  await card.waitFor()
  const banner = grace.page.getByRole('region', { name: 'Live call' })
  await banner.getByText('Calling…').waitFor()
  await keepScreenshot(grace.page, 'call-rings-360-dark')
  await ring.getByRole('button', { name: 'Answer' }).click()
  await grace.page.waitForURL(`**${meeting}`)
  await ada.page.goto(`/r/${id}`)
  const live = ada.page.getByRole('region', { name: 'Live call' })
  await live.getByText(/^\d+:\d\d$/).waitFor()
  const join = live.getByRole('button', { name: /^(Join|Return)/ })
  await join.waitFor()
  expect(await ada.page.getByRole('button', { name: 'Video call' }).count()).toBe(0)
  expect(await violationsInBothThemes(ada.page)).toEqual([])
  await ada.page.emulateMedia({ colorScheme: 'light' })
  await keepScreenshot(ada.page, 'call-card-1280-light')
  await ada.page.emulateMedia({ colorScheme: 'dark' })
  await keepScreenshot(ada.page, 'call-card-1280-dark')
  await grace.page.emulateMedia({ colorScheme: 'light' })
  await grace.page.goto(`/r/${id}`)
  await keepScreenshot(grace.page, 'call-card-360-light')

  // From the banner one comes in as to any meeting; who hangs up the last is back in the room, and the call is over.
  await join.click()
  await ada.page.getByRole('button', { name: /^Join/ }).click()
  await ada.page.getByRole('region', { name: 'You are alone here' }).waitFor()
  await ada.page.getByRole('button', { name: 'Leave', exact: true }).click()
  await ada.page.waitForURL(`**/r/${id}`)
  await grace.page.getByText('The call ended after 1 min').waitFor()
  await banner.waitFor({ state: 'detached' })
  expect([...ada.errors, ...grace.errors]).toEqual([])
})

/** Ada's telephone shows her direct room with Grace. */
async function inDirect() {
  const ada = await openWindow(browser, { width: 360 })
  const grace = await openWindow(browser)
  await meet(ada, grace, 'Bridge')
  const person = await grace.page.evaluate(async () => {
    const me = (await (await fetch('/api/v1/me')).json()) as { person: { id: string } }
    return me.person.id
  })
  const room = await ada.page.evaluate(async (person) => {
    const answer = await fetch('/api/v1/direct', {
      method: 'POST',
      body: JSON.stringify({ person }),
      headers: { 'content-type': 'application/json' },
    })
    return ((await answer.json()) as { room: string }).room
  }, person)
  await ada.page.goto(`/r/${room}`)
  return { ada, grace, room }
}

test('[RNG8] in a direct room a call is over when either of the two hangs up', async () => {
  const { ada, grace, room } = await inDirect()
  await ada.page.getByRole('button', { name: 'Call', exact: true }).click()
  await ada.page.getByRole('menuitem', { name: 'Video call' }).click()
  await grace.page.getByRole('region', { name: 'Incoming call' }).getByRole('button', { name: 'Answer' }).click()
  await ada.page.getByRole('region', { name: 'You are alone here' }).waitFor({ state: 'detached' })
  await grace.page.getByRole('toolbar', { name: 'In the meeting' }).waitFor()

  await grace.page.getByRole('button', { name: 'Leave', exact: true }).click()

  await ada.page.waitForURL(`**/r/${room}`)
  await ada.page.getByText(/^The call ended/).waitFor()
  expect([...ada.errors, ...grace.errors]).toEqual([])
})

test('[RNG2] who calls someone that declines is told so and may call again, also with a telephone’s width', async () => {
  const { ada, grace, room } = await inDirect()
  await ada.page.getByRole('button', { name: 'Call', exact: true }).click()
  await ada.page.getByRole('menuitem', { name: 'Video call' }).click()
  await ada.page.getByText('Calling Grace Hopper…').waitFor()
  await keepScreenshot(ada.page, 'call-calling-360')

  await grace.page.getByRole('region', { name: 'Incoming call' }).getByRole('button', { name: 'Decline' }).click()

  const again = ada.page.getByRole('button', { name: 'Call again' })
  await ada.page.getByRole('heading', { name: 'The call was declined' }).waitFor()
  expect(await violationsInBothThemes(ada.page)).toEqual([])
  await keepScreenshot(ada.page, 'call-declined-360')
  await again.click()
  await ada.page.getByText('Calling Grace Hopper…').waitFor()
  await grace.page.getByRole('region', { name: 'Incoming call' }).waitFor()
  await ada.page.getByRole('button', { name: 'Leave', exact: true }).click()
  await ada.page.waitForURL(`**/r/${room}`)
  await ada.page.getByText('Call cancelled').waitFor()
  await grace.page.getByRole('region', { name: 'Incoming call' }).waitFor({ state: 'detached' })
  expect([...ada.errors, ...grace.errors]).toEqual([])
})
