import type { Browser } from 'playwright-core'
import { openWindow, type Window } from './browser.ts'
import { composer, inviteLink, makeRoom, message, signUp } from './person.ts'
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
  await signUp(ada.page, 'Ada Lovelace')
  const id = await makeRoom(ada.page, room)
  const link = new URL(await inviteLink(ada.page)).pathname
  await signUp(grace.page, 'Grace Hopper')
  await grace.page.getByText('Welcome aboard').or(grace.page.getByText('No rooms yet')).first().waitFor()
  await grace.page.goto(link)
  await grace.page.getByRole('button', { name: 'Join the room' }).click()
  await ada.page.getByText('Grace Hopper joined').waitFor()
  await composer(grace.page).waitFor()
  return { ada, grace, id, link, tunnel }
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
