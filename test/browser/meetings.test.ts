import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { violationsInBothThemes } from './support/axe.ts'
import { keepScreenshot, launch, openWindow, type Window } from './support/browser.ts'
import { freshId } from './support/bot.ts'
import { openMailbox } from './support/mailbox.ts'
import { arrive, roomWithLink, signUp } from './support/person.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(async () => await browser.close())

interface Made {
  id: string
  code: string
  link: string
}

/** Sends as whoever is signed in on the page does. */
async function ask<T>(page: Page, method: string, path: string, body?: object): Promise<T> {
  return await page.evaluate(
    async ({ method, path, body }) => {
      const answer = await fetch(`/api/v1${path}`, {
        method,
        ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      })
      return answer.status === 204 ? null : await answer.json()
    },
    { method, path, body },
  )
}

/** Ada has planned a meeting, and made a link of it. */
async function planned(page: Page, title: string, link: object = {}): Promise<Made> {
  await signUp(page, 'Ada Lovelace')
  await page.getByRole('navigation', { name: 'Rooms' }).or(page.getByText('No rooms yet')).first().waitFor()
  await page.goto('/meetings')
  await page.getByRole('button', { name: 'New meeting' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Title').fill(title)
  await dialog.getByText('At a time').click()
  await dialog.getByLabel('Repeats').selectOption('week')
  expect(await violationsInBothThemes(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Plan it' }).click()
  await page.getByRole('button', { name: 'Copy a link' }).waitFor()
  expect(await violationsInBothThemes(page)).toEqual([])
  const { items } = await ask<{ items: { id: string }[] }>(page, 'GET', '/meetings')
  const { id } = items[0]!
  const made = await ask<{ id: string; code: string }>(page, 'POST', `/meetings/${id}/links`, link)
  return { id, code: made.code, link: made.id }
}

test('[MTG52] a link says who invites and when, asks a guest for a name and the passcode, and they wait for the host', async () => {
  const [ada, joan] = [await openWindow(browser), await openWindow(browser, { width: 360 })]
  const { code } = await planned(ada.page, 'Analytical engines', { passcode: 'difference' })

  await joan.page.goto(`/m/${code}`)
  await joan.page.getByText('Ada Lovelace invites you to this meeting.').waitFor()
  await joan.page.getByRole('heading', { name: 'Analytical engines' }).waitFor()
  await joan.page.getByText(/^Every week on/).waitFor()
  expect(await joan.page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
  expect(await violationsInBothThemes(joan.page)).toEqual([])
  await keepScreenshot(joan.page, 'meeting-landing-360')
  await joan.page.getByRole('button', { name: 'Continue' }).click()
  await joan.page.getByText('Say how the others shall see you.').waitFor()
  await joan.page.getByLabel('Your name').fill('Joan')
  await joan.page.getByLabel('Passcode', { exact: true }).fill('sums of squares')
  await joan.page.getByRole('button', { name: 'Continue' }).click()
  await joan.page.getByRole('button', { name: /^Join/ }).click()

  // A wrong one leads back, with what was said.
  const passcode = joan.page.getByLabel('Passcode', { exact: true })
  await passcode.waitFor()
  expect(await joan.page.getByLabel('Your name').inputValue()).toBe('Joan')
  await expect.poll(() => passcode.evaluate((field) => field === document.activeElement)).toBe(true)
  await passcode.fill('difference')
  await joan.page.getByRole('button', { name: 'Continue' }).click()
  await joan.page.getByRole('button', { name: /^Join/ }).click()
  await joan.page.getByRole('heading', { name: 'Waiting for the host' }).waitFor()
  expect(await violationsInBothThemes(joan.page)).toEqual([])
  await keepScreenshot(joan.page, 'meeting-lobby-360')
  await joan.page.getByRole('button', { name: 'Leave' }).click()
  await joan.page.getByRole('heading', { name: 'You left the meeting' }).waitFor()
  expect([...ada.errors, ...joan.errors]).toEqual([])
})

test('a link that was withdrawn, one that never was, and a meeting that was cancelled say so', async () => {
  const [ada, joan] = [await openWindow(browser), await openWindow(browser)]
  const { id, code, link } = await planned(ada.page, 'Analytical engines')
  const other = await ask<{ code: string }>(ada.page, 'POST', `/meetings/${id}/links`, {})
  const members = await ask<{ code: string }>(ada.page, 'POST', `/meetings/${id}/links`, { entry: 'members' })

  await joan.page.goto(`/m/${members.code}`)
  await joan.page.getByText('This meeting is for members of its room: sign in to join it.').waitFor()
  await ask(ada.page, 'DELETE', `/meetings/${id}/links/${link}`)
  await joan.page.goto(`/m/${code}`)
  await joan.page.getByRole('heading', { name: 'This link is over' }).waitFor()
  await joan.page.goto(`/m/${code}x`)
  await joan.page.getByRole('heading', { name: 'This link is unknown' }).waitFor()
  await joan.page.goto(`/meet/${id}`)
  await joan.page.getByRole('heading', { name: 'Sign in to join' }).waitFor()
  await ask(ada.page, 'DELETE', `/meetings/${id}`)
  await joan.page.goto(`/m/${other.code}`)
  await joan.page
    .getByRole('heading', { name: 'The meeting is over' })
    .or(joan.page.getByRole('heading', { name: 'This link is over' }))
    .waitFor()
  expect(joan.errors).toEqual([])
})

test('[MTG51] without camera and microphone one joins to listen, with help beside it', async () => {
  const ada = await openWindow(browser)
  const { id } = await planned(ada.page, 'Analytical engines')
  await ada.page.goto(`/meet/${id}`)
  // This browser has neither: its permission is refused, or nothing is found.
  await ada.page.getByText(/^(Parley may not use your|No) camera/).waitFor()
  await ada.page.getByRole('button', { name: 'Join to listen' }).waitFor()
  expect(await violationsInBothThemes(ada.page)).toEqual([])
  await keepScreenshot(ada.page, 'meeting-prejoin-1280')
  expect(ada.errors).toEqual([])
})

test('[MTG51] camera and microphone are asked for one by one, and what was turned off stays off the next time', async () => {
  const fake = await launch(['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'])
  try {
    const ada = await openWindow(fake)
    await ada.page.addInitScript(() => {
      const asked: string[] = []
      Reflect.set(globalThis, 'asked', asked)
      const { mediaDevices } = navigator
      const original = mediaDevices.getUserMedia.bind(mediaDevices)
      mediaDevices.getUserMedia = (wish) => {
        asked.push(Object.keys(wish ?? {}).join())
        return original(wish)
      }
    })
    const { id } = await planned(ada.page, 'Analytical engines')
    await ada.page.goto(`/meet/${id}`)
    const camera = ada.page.getByRole('button', { name: 'Camera', exact: true })
    await ada.page.getByRole('button', { name: 'Join', exact: true }).waitFor()
    await ada.page.getByRole('meter', { name: 'Your microphone hears' }).waitFor()
    expect(await violationsInBothThemes(ada.page)).toEqual([])
    await camera.click()
    await ada.page.getByText('Your camera is off').waitFor()
    await camera.click()
    await ada.page.getByRole('button', { name: 'Join', exact: true }).waitFor()
    await camera.click()
    await ada.page.getByRole('button', { name: 'Join without camera' }).waitFor()
    expect(await ada.page.evaluate(() => Reflect.get(globalThis, 'asked') as string[])).toEqual([
      'audio',
      'video',
      'video',
    ])
    await ada.page.reload()
    await ada.page.getByRole('button', { name: 'Join without camera' }).waitFor()
    expect(await ada.page.evaluate(() => Reflect.get(globalThis, 'asked') as string[])).toEqual(['audio'])
    expect(ada.errors).toEqual([])
  } finally {
    await fake.close()
  }
})

/** Ada is in a meeting that began, where nobody waits, and Joan came by a link: without an account, with 360 px. */
async function guested(title: string): Promise<{ ada: Window; joan: Window; id: string; code: string }> {
  const [ada, joan] = [await openWindow(browser), await openWindow(browser, { width: 360 })]
  const { id, code } = await begun(ada.page, title)
  await ada.page.goto(`/meet/${id}`)
  await ada.page.getByRole('button', { name: /^Join/ }).click()
  await ada.page.getByRole('toolbar', { name: 'In the meeting' }).waitFor()
  await joan.page.goto(`/m/${code}`)
  await joan.page.getByLabel('Your name').fill('Joan')
  await joan.page.getByRole('button', { name: 'Continue' }).click()
  await joan.page.getByRole('button', { name: /^Join/ }).click()
  await joan.page.getByRole('toolbar', { name: 'In the meeting' }).waitFor()
  return { ada, joan, id, code }
}

/** Ada has begun a meeting in which nobody waits, and made a link of it for anyone. */
async function begun(page: Page, title: string): Promise<Made> {
  await signUp(page, 'Ada Lovelace')
  await page.getByRole('navigation', { name: 'Rooms' }).or(page.getByText('No rooms yet')).first().waitFor()
  const id = freshId()
  await ask(page, 'POST', '/meetings', { id, title, lobby: 'nobody' })
  const made = await ask<{ id: string; code: string }>(page, 'POST', `/meetings/${id}/links`, { entry: 'anyone' })
  return { id, code: made.code, link: made.id }
}

test('[MTG38] a guest reads and writes beside the call what members read in the room', async () => {
  const { ada, joan } = await guested('Analytical engines')
  const hers = joan.page.getByRole('log', { name: 'Messages' })
  await ada.page.getByRole('button', { name: 'Chat', exact: true }).click()
  await ada.page.getByRole('textbox', { name: 'Write a message' }).fill('Welcome, Joan')
  await ada.page.keyboard.press('Enter')
  // What is said while the chat is closed is counted on its button.
  await joan.page.getByRole('button', { name: 'Chat, unread, 1' }).click()
  await hers.getByText('Welcome, Joan').waitFor()
  await joan.page.getByRole('textbox', { name: 'Write a message' }).fill('Good evening')
  await joan.page.keyboard.press('Enter')
  await ada.page.getByRole('log').getByText('Good evening').first().waitFor()
  await hers.getByText('Good evening').waitFor()
  // Who reads further up stays there, and is told.
  const log = joan.page.getByRole('log', { name: 'Messages' })
  await joan.page.getByRole('textbox', { name: 'Write a message' }).fill('A long story\n'.repeat(60))
  await joan.page.keyboard.press('Enter')
  await expect.poll(() => log.evaluate((one) => one.scrollHeight - one.scrollTop - one.clientHeight < 2)).toBe(true)
  await log.evaluate((one) => one.scrollTo(0, 0))
  await ada.page.getByRole('textbox', { name: 'Write a message' }).fill('And then?')
  await ada.page.keyboard.press('Enter')
  const newer = joan.page.getByRole('button', { name: 'New messages' })
  await newer.waitFor()
  expect(await log.evaluate((one) => one.scrollTop)).toBe(0)
  await newer.click()
  await newer.waitFor({ state: 'detached' })
  await ada.page.getByRole('complementary', { name: 'Chat' }).getByRole('button', { name: 'Close' }).click()
  await joan.page.getByRole('textbox', { name: 'Write a message' }).fill('Are you there?')
  await joan.page.keyboard.press('Enter')
  await ada.page.getByRole('button', { name: /^Chat, unread, / }).waitFor()
  expect(await joan.page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
  expect(await violationsInBothThemes(joan.page)).toEqual([])
  await keepScreenshot(joan.page, 'meeting-guest-chat-360')
  expect([...ada.errors, ...joan.errors]).toEqual([])
})

test('[MTG9] a host who is in the meeting makes a link of it there', async () => {
  const ada = await openWindow(browser)
  const { id } = await begun(ada.page, 'Analytical engines')
  await ada.page.goto(`/meet/${id}`)
  await ada.page.getByRole('button', { name: /^Join/ }).click()
  await ada.page.getByText('Nobody else is here.').waitFor()
  await ada.page.getByRole('button', { name: 'Bring others in' }).click()
  expect(await violationsInBothThemes(ada.page)).toEqual([])
  await ada.page.getByLabel('It works for').selectOption('Until it is withdrawn')
  await ada.page.getByRole('button', { name: 'Make a link' }).click()
  await ada.page.getByText('Until it is withdrawn').waitFor()
  expect(await ada.page.getByLabel('The link', { exact: true }).inputValue()).toContain('/m/')
  expect(ada.errors).toEqual([])
})

test('[MTG1] who begins a meeting in a room where one is live is told so, and joins that', async () => {
  const ada = await openWindow(browser)
  await arrive(ada, 'Ada Lovelace')
  const { id: room } = await roomWithLink(ada, 'Engine room')
  await ada.page.goto('/meetings')
  const live = freshId()
  await ask(ada.page, 'POST', '/meetings', { id: live, room, title: 'Analytical engines' })
  await ask(ada.page, 'POST', `/meetings/${live}/enter`)
  await ada.page.getByRole('button', { name: 'New meeting' }).click()
  await ada.page.getByRole('combobox', { name: 'Room' }).selectOption({ label: 'Engine room' })
  await ada.page.getByRole('button', { name: 'Begin' }).click()
  await ada.page.getByText('Analytical engines has begun in this room already').waitFor()
  expect(await violationsInBothThemes(ada.page)).toEqual([])
  await ada.page.getByRole('button', { name: 'Join it' }).click()
  await ada.page.waitForURL(`**/meet/${live}`)
  expect(ada.errors).toEqual([])
})

test('[MTG82] what was recorded is found in a meeting that is over', async () => {
  const ada = await openWindow(browser)
  const { id } = await begun(ada.page, 'Analytical engines')
  await ask(ada.page, 'POST', `/meetings/${id}/enter`)
  await ask(ada.page, 'DELETE', `/meetings/${id}`)
  await ada.page.goto('/meetings')
  await ada.page.getByText('Past', { exact: true }).click()
  await ada.page.getByRole('button', { name: 'Details' }).click()
  const dialog = ada.page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Recordings' }).waitFor()
  expect(await dialog.getByRole('button', { name: /^(Copy a link|Change|Cancel)/ }).count()).toBe(0)
  await dialog.getByRole('button', { name: 'Recordings' }).click()
  await dialog.getByText('Nothing was recorded.').waitFor()
  expect(await violationsInBothThemes(ada.page)).toEqual([])
  expect(ada.errors).toEqual([])
})

test('who goes to another page from inside a meeting has left it, and one that the browser put aside comes back anew', async () => {
  const { page, errors } = await openWindow(browser)
  const { id } = await begun(page, 'Analytical engines')
  await page.goto('/meetings')
  await page.evaluate((path) => history.pushState(null, '', path), `/meet/${id}`)
  await page.getByRole('button', { name: /^Join/ }).click()
  await page.getByText('Nobody else is here.').waitFor()
  const loads = page.waitForEvent('load')
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })))
  await loads
  await page.getByRole('button', { name: /^Join/ }).click()
  await page.getByText('Nobody else is here.').waitFor()

  const left = page.waitForRequest((request) => request.url().endsWith(`/meetings/${id}/leave`))
  await page.evaluate(() => history.pushState(null, '', '/meetings'))

  await left
  await page.getByRole('button', { name: 'New meeting' }).waitFor()
  expect(errors).toEqual([])
})

test('a member whom nobody could ask who they are is no guest at a link', async () => {
  const ada = await openWindow(browser)
  const { code } = await begun(ada.page, 'Analytical engines')
  await ada.page.evaluate(() => localStorage.clear())
  await ada.page.route('**/api/**', (route) => route.abort())
  await ada.page.goto(`/m/${code}`)
  await ada.page.getByRole('heading', { name: 'Parley cannot be reached' }).waitFor()
  await ada.page.unroute('**/api/**')

  await ada.page.getByRole('button', { name: 'Try again' }).click()

  await ada.page.getByRole('button', { name: /^Join/ }).waitFor()
  await ada.page.getByText('You join as Ada Lovelace.').waitFor()
})

test('[MTG13] a mail leads to a page that asks whether one comes, without an account, and the host sees the answer', async () => {
  const [ada, bob] = [await openWindow(browser), await openWindow(browser, { width: 360 })]
  const { id } = await planned(ada.page, 'Analytical engines')
  const address = `bob.${freshId()}@parley.test`
  await ask(ada.page, 'POST', `/meetings/${id}/invitations`, { emails: [address] })
  const { path } = await openMailbox(inject('parley').env)(address)

  await bob.page.goto(path)
  await bob.page.getByText('Do you come?').waitFor()
  expect(await violationsInBothThemes(bob.page)).toEqual([])
  expect(await bob.page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
  // What does not arrive is taken back, and said.
  await bob.context.setOffline(true)
  await bob.page.getByText('Maybe', { exact: true }).click()
  await bob.page.getByRole('alert').waitFor()
  expect(await bob.page.getByRole('radio', { name: 'Maybe' }).isChecked()).toBe(false)
  await bob.context.setOffline(false)
  await bob.page.getByText('Maybe', { exact: true }).click()
  await bob.page.getByText('Whoever invited you sees that you may come.').waitFor()
  await keepScreenshot(bob.page, 'meeting-mailed-360')
  await expect
    .poll(async () => {
      const { items } = await ask<{ items: { answer: string }[] }>(ada.page, 'GET', `/meetings/${id}/invitations`)
      return items.map(({ answer }) => answer)
    })
    .toEqual(['tentative'])
  await bob.page.reload()
  await expect.poll(() => bob.page.getByRole('radio', { name: 'Maybe' }).isChecked()).toBe(true)
  expect(ada.errors).toEqual([])
})

test('[MTG14] whoever is invited sees it at once over their rooms, and no more once they have answered', async () => {
  const [ada, joan] = [await openWindow(browser), await openWindow(browser)]
  const { id } = await planned(ada.page, 'Analytical engines')
  await arrive(joan, 'Joan Clarke')
  await joan.page.goto('/')
  await joan.page.getByText('No rooms yet').first().waitFor()
  const { person } = await ask<{ person: { id: string } }>(joan.page, 'GET', '/me')

  await ask(ada.page, 'POST', `/meetings/${id}/invitations`, { people: [person.id] })
  await joan.page.getByText('Ada Lovelace invites you to “Analytical engines”.').waitFor()
  await joan.page.getByText('You are invited to a meeting.').waitFor()
  expect(await violationsInBothThemes(joan.page)).toEqual([])
  await keepScreenshot(joan.page, 'meeting-invited')
  // It waits for a page that was not there.
  await joan.page.reload()
  await joan.page.getByText('You are invited to a meeting.').waitFor()
  await joan.page.getByRole('button', { name: 'Answer' }).click()
  await joan.page.getByRole('heading', { name: 'Analytical engines' }).waitFor()
  await joan.page.getByText('Yes', { exact: true }).click()
  await joan.page.getByText('You are invited to a meeting.').waitFor({ state: 'detached' })

  await ask(ada.page, 'DELETE', `/meetings/${id}`)
  await joan.page.getByText('Ada Lovelace cancelled “Analytical engines”.').waitFor()
  await joan.page.getByText('No meeting is planned', { exact: false }).waitFor()
  expect([...ada.errors, ...joan.errors]).toEqual([])
})
