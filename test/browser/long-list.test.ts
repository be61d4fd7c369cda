import type { Browser, Page, WebSocketRoute } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { InboxDownstream, InboxUpstream, Presence, RoomLine } from '../../protocol/inbox.ts'
import { protocolVersion } from '../../protocol/version.ts'
import { keepScreenshot, launch, openWindow } from './support/browser.ts'
import { signUp } from './support/person.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(async () => await browser.close())

const noon = Date.now()
const minuteMs = 60_000

function id(kind: number, n: number): string {
  return `00000000-0000-4000-8${kind}00-${String(n).padStart(12, '0')}`
}

function line(n: number, facts: Partial<RoomLine> = {}): RoomLine {
  const at = noon - n * minuteMs
  return {
    ...{ room: id(1, n), type: 'group', name: `Room ${n}`, other: null, role: 'member', memberCount: 3, head: 9 },
    ...{ read: 9, unreadFrom: null, unread: 0, mentions: 0, lastAt: at },
    last: { seq: 9, at, by: id(2, n), name: 'Linus Berg', text: `The last word in room ${n}` },
    ...{ pinnedAt: null, archivedAt: null, mutedUntil: null, level: 'all' },
    ...facts,
  }
}

/** An inbox that says what the test wants to see. Answers what it says next. */
async function inboxOf(page: Page, lines: readonly RoomLine[], presence: readonly Presence[] = []) {
  let open: WebSocketRoute | null = null
  const say = (frame: InboxDownstream) => open!.send(JSON.stringify(frame))
  const everyone = 'everyone' as const
  await page.routeWebSocket(/\/inbox\/socket/, (socket) => {
    open = socket
    socket.onMessage((text) => {
      if (text === 'ping') return socket.send('pong:1')
      const frame = JSON.parse(String(text)) as InboxUpstream
      if (frame.t === 'watch')
        say({ t: 'presence', people: presence.filter(({ person }) => frame.people.includes(person)) })
      if (frame.t !== 'hello') return
      say({
        ...{ t: 'welcome', v: protocolVersion, epoch: id(3, 1), whole: true, stale: false, me: id(2, 0), now: noon },
        ...{ expiresAt: noon + 60 * minuteMs, status: { show: 'available', custom: null }, blocked: [], rings: [] },
        settings: {
          ...{ lastSeen: everyone, photo: everyone, about: everyone, groupAdd: everyone },
          ...{ readReceipts: true, quietHours: null, previews: true },
        },
        drafts: [{ room: id(1, 7), thread: null, text: 'Half a thought about the tide', at: noon }],
      })
      for (let from = 0; from < lines.length; from += 200) {
        const done = from + 200 >= lines.length
        say({ t: 'rooms', version: 1, rooms: lines.slice(from, from + 200), gone: [], done })
      }
    })
  })
  return { say }
}

test('of 2,000 rooms at most 40 stand in the page, wherever it is scrolled to, and a message takes its room to the top', async () => {
  const { page, errors } = await openWindow(browser)
  const lines = Array.from({ length: 2_000 }, (_, n) => line(n))
  const { say } = await inboxOf(page, lines)
  await signUp(page, 'Ada Lovelace')
  const list = page.getByRole('navigation', { name: 'Rooms' })
  const items = list.getByRole('listitem')
  await list.getByRole('link', { name: /^Room 0 / }).waitFor()
  expect(await items.first().getAttribute('aria-setsize')).toBe('2000')

  for (const where of [0.5, 1, 0]) {
    await list.evaluate((view, share) => (view.scrollTop = share * view.scrollHeight), where)
    await list.getByRole('link', { name: new RegExp(`^Room ${Math.max(0, where * 2_000 - 1)} `) }).waitFor()
    expect(await items.count()).toBeLessThanOrEqual(40)
  }
  const moved = line(1_500, { head: 10, unread: 1, lastAt: noon + minuteMs })
  say({ t: 'rooms', version: 2, rooms: [moved], gone: [], done: true })
  await expect.poll(() => items.first().textContent()).toContain('Room 1500')
  await expect.poll(() => page.title()).toBe('(1) Parley')
  expect(errors).toEqual([])
})

test.each([
  { width: 1280, dark: false },
  { width: 360, dark: true },
])('every state of a line is told in words: $width px wide, dark: $dark', async (look) => {
  const { page, errors } = await openWindow(browser, look)
  const states = ['online', 'away', 'busy', 'offline', 'hidden'] as const
  const names = ['Grace Hopper', 'Margaret Hamilton', 'Katherine Johnson', 'Dorothy Vaughan', 'Hedy Lamarr']
  const direct = states.map((_, n) => line(n, { type: 'direct', name: names[n]!, other: id(2, n + 100) }))
  const presence = states.map((state, n) => ({ person: id(2, n + 100), state, lastSeenAt: noon, custom: null }))
  const groups = [
    line(5, { name: 'Harbour office', pinnedAt: noon }),
    line(6, { name: 'Pilots', unread: 12, mentions: 1 }),
    line(7, { name: 'Tide tables' }),
    line(8, { name: 'Regatta', unread: 230, mutedUntil: noon + 60 * minuteMs }),
    line(9, { name: 'Night watch', unread: 3, mentions: 1, level: 'mentions' }),
    line(10, { name: 'Archive of everything that was ever said about the harbour', unread: 1 }),
    line(11, { name: 'Attic', archivedAt: noon }),
  ]
  await inboxOf(page, [...direct, ...groups], presence)
  await signUp(page, 'Ada Lovelace')
  const list = page.getByRole('navigation', { name: 'Rooms' })
  const says = (name: RegExp) => list.getByRole('link', { name }).waitFor()
  for (const [n, words] of ['Online', 'Away', 'Do not disturb', 'Offline'].entries()) {
    await says(new RegExp(`^${names[n]} ${words}`))
  }
  expect(await list.locator('[data-presence]').count()).toBe(4)
  await says(/^Harbour office .*Pinned/)
  await says(/^Pilots .*You are mentioned.*12 unread/)
  await says(/^Tide tables .*Draft: Half a thought/)
  await says(/^Regatta Muted .*over 99 unread/)
  await says(/^Night watch .*You are mentioned.*3 unread/)
  // Twelve, one that is mentioned, and one: what is muted counts nothing.
  await expect.poll(() => page.title()).toBe('(14) Parley')
  await keepScreenshot(page, `list-${look.width}-${look.dark ? 'dark' : 'light'}`)
  expect(errors).toEqual([])
})
