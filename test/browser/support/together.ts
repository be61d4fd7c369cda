import type { Browser } from 'playwright-core'
import { expect } from 'vitest'
import { openWindow, type Window } from './browser.ts'
import { arrive, comeIn, composer, message, roomWithLink } from './person.ts'
import { digTunnel, type Tunnel } from './tunnel.ts'

/** Ada's room with Grace in it, each in a window of their own; Ada owns the room, and reaches it through a tunnel. */
export async function together(
  browser: Browser,
  room: string,
  look: { width?: number; dark?: boolean } = {},
): Promise<{ ada: Window; grace: Window; id: string; link: string; tunnel: Tunnel }> {
  const tunnel = await digTunnel()
  const ada = await openWindow(browser, { url: tunnel.url })
  const grace = await openWindow(browser, look)
  const { id, link } = await meet(ada, grace, room)
  return { ada, grace, id, link, tunnel }
}

/** Lets Ada make a room and Grace come in, without the pages that they would do it on; both have it open. */
export async function meet(ada: Window, grace: Window, room: string): Promise<{ id: string; link: string }> {
  const [{ id, link }] = await Promise.all([
    arrive(ada, 'Ada Lovelace').then(() => roomWithLink(ada, room)),
    arrive(grace, 'Grace Hopper'),
  ])
  await ada.page.goto(`/r/${id}`)
  await composer(ada.page).waitFor()
  await comeIn(grace, link)
  await grace.page.goto(`/r/${id}`)
  await ada.page.getByText('Grace Hopper joined').waitFor()
  await composer(grace.page).waitFor()
  return { id, link }
}

/** Waits for what a room fetches while it has nothing else to do: a part that the network fails comes no more to this page. */
export async function everyPartThere({ page }: Window): Promise<void> {
  const awaited = () =>
    page.evaluate(() => {
      const fetched = performance.getEntriesByType('resource').map(({ name }) => name)
      const links = [...document.querySelectorAll<HTMLLinkElement>('link[rel=modulepreload]')]
      return ['attendant', 'beside', 'closed-room', 'over', 'told']
        .filter((part) => !fetched.some((name) => name.includes(`/${part}-`)))
        .concat(links.map(({ href }) => href).filter((href) => !fetched.includes(href)))
    })
  await expect.poll(awaited).toEqual([])
}

/** Asks for something from the menu of the message with this text. */
export async function choose({ page }: Window, text: string, what: string | RegExp): Promise<void> {
  const row = message(page, text).first()
  await row.focus()
  await row.press('m')
  const menu = page.getByRole('menu', { name: 'Message' })
  await menu
    .getByRole(String(what).startsWith('React') ? 'menuitemcheckbox' : 'menuitem', { name: what, exact: true })
    .click()
  await menu.waitFor({ state: 'detached' })
}
