import { chromium as driver, type Browser, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { freshId, startParley, type Parley } from './support/parley.ts'

process.env['AWS_LAMBDA_JS_RUNTIME'] ??= 'nodejs24.x'

let parley: Parley
let browser: Browser

beforeAll(async () => {
  const { default: chromium } = await import('@sparticuz/chromium')
  const fake = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream']
  browser = await driver.launch({
    executablePath: await chromium.executablePath(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', ...fake],
  })
  parley = await startParley('build')
}, 180_000)

afterAll(async () => {
  await browser?.close()
  await parley?.stop()
})

/** A window of its own, whose media connections a test may look into. */
async function open(width = 1_280): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width, height: 740 },
    baseURL: parley.system.pageUrl,
    permissions: ['camera', 'microphone'],
  })
  onTestFinished(() => context.close())
  await context.addInitScript(() => {
    const made: RTCPeerConnection[] = []
    Reflect.set(globalThis, 'connections', made)
    const Original = RTCPeerConnection
    globalThis.RTCPeerConnection = class extends Original {
      constructor(options?: RTCConfiguration) {
        super(options)
        made.push(this)
      }
    }
  })
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  return page
}

/** What comes in: frames that were decoded, and the energy of what is heard, of each track. */
async function received(page: Page): Promise<{ pictures: number[]; sounds: number[] }> {
  return await page.evaluate(async () => {
    const found = { pictures: [] as number[], sounds: [] as number[] }
    for (const connection of Reflect.get(globalThis, 'connections') as RTCPeerConnection[]) {
      for (const stat of (await connection.getStats()).values() as Iterable<Record<string, unknown>>) {
        if (stat['type'] !== 'inbound-rtp') continue
        if (stat['kind'] === 'video') found.pictures.push(Number(stat['framesDecoded'] ?? 0))
        else found.sounds.push(Number(stat['totalAudioEnergy'] ?? 0))
      }
    }
    return found
  })
}

/** Waits until so many others are seen and heard. */
async function meets(page: Page, others: number): Promise<void> {
  await expect
    .poll(
      async () => {
        const { pictures, sounds } = await received(page)
        return [pictures.filter((frames) => frames > 0).length, sounds.filter((energy) => energy > 0).length]
      },
      { timeout: 20_000 },
    )
    .toEqual([others, others])
}

/** Ada has an account, and a meeting that just began. Answers her page before the meeting, and a link for anyone. */
async function begun(): Promise<{ ada: Page; meeting: string; link: string }> {
  const ada = await open()
  await ada.goto('/sign-up')
  await ada.getByLabel('Your name').fill('Ada')
  await ada.getByLabel('E-mail').fill(`ada.${crypto.randomUUID().slice(0, 8)}@parley.test`)
  await ada.getByLabel('Password', { exact: true }).fill('correct horse battery')
  await ada.getByRole('button', { name: 'Make an account' }).click()
  await ada.waitForURL(({ pathname }) => pathname === '/')
  const id = freshId()
  const link = await ada.evaluate(async (id) => {
    const post = async (path: string, body: object) =>
      (await fetch(`/api/v1${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }).then((answer) => answer.json())) as { code: string }
    await post('/meetings', { id, title: 'Analytical engines' })
    return (await post(`/meetings/${id}/links`, { entry: 'anyone' })).code
  }, id)
  await ada.goto(`/meet/${id}`)
  return { ada, meeting: id, link }
}

async function join(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Join/ }).click()
}

async function inCall(page: Page): Promise<void> {
  await page.getByRole('toolbar', { name: 'In the meeting' }).waitFor()
}

/** Someone without an account comes by a link, and knocks. */
async function knocks(link: string, name: string, width?: number): Promise<Page> {
  const page = await open(width)
  await page.goto(`/m/${link}`)
  await page.getByText('Ada invites you to this meeting.').waitFor()
  await page.getByLabel('Your name').fill(name)
  await page.getByRole('button', { name: 'Continue' }).click()
  await join(page)
  return page
}

async function waitsOutside(page: Page): Promise<void> {
  await page.getByRole('heading', { name: 'Waiting to be let in' }).waitFor()
}

function tiles(page: Page): Promise<(string | null)[]> {
  return page.locator('[data-tile]').evaluateAll((found) => found.map((tile) => tile.textContent))
}

test('[AC-39] a host and two guests by a link see and hear each other, once the host has let them in', async () => {
  const { ada, link } = await begun()
  await join(ada)
  await inCall(ada)
  const grace = await knocks(link, 'Grace')
  const linus = await knocks(link, 'Linus', 360)
  await Promise.all([waitsOutside(grace), waitsOutside(linus)])
  // Nobody who waits has a token, so nothing connects to the media server.
  expect(await grace.evaluate(() => (Reflect.get(globalThis, 'connections') as unknown[]).length)).toBe(0)

  await ada.getByRole('button', { name: 'Admit all' }).click()

  await Promise.all([meets(ada, 2), meets(grace, 2), meets(linus, 2)])
  expect(await ada.evaluate(() => document.documentElement.scrollWidth)).toBe(1_280)
  expect(await linus.evaluate(() => document.documentElement.scrollWidth)).toBe(360)

  await ada.getByRole('button', { name: 'Leave' }).click()
  await ada.getByRole('menuitem', { name: 'End it for everyone' }).click()
  await ada.getByRole('button', { name: 'End for everyone' }).click()
  for (const page of [ada, grace, linus]) await page.getByRole('heading', { name: 'The meeting is over' }).waitFor()
  // Nothing is sent any more.
  const sends = () =>
    (Reflect.get(globalThis, 'connections') as RTCPeerConnection[]).some((connection) =>
      connection.getSenders().some(({ track }) => track?.readyState === 'live'),
    )
  expect(await Promise.all([ada, grace].map((page) => page.evaluate(sends)))).toEqual([false, false])
}, 120_000)

test('[AC-39] who is denied stays outside, a locked meeting takes no knocks, and a host mutes a guest', async () => {
  const { ada, link } = await begun()
  await join(ada)
  await inCall(ada)
  const grace = await knocks(link, 'Grace')
  await waitsOutside(grace)
  await ada.getByRole('button', { name: 'Admit', exact: true }).click()
  await meets(ada, 1)
  const linus = await knocks(link, 'Linus')
  await waitsOutside(linus)
  await ada.getByRole('button', { name: 'Deny', exact: true }).click()
  await linus.getByRole('heading', { name: 'You were not let in' }).waitFor()

  await ada.getByRole('button', { name: /^People/ }).click()
  await ada.getByRole('switch', { name: 'Lock the meeting' }).click()
  await grace.getByText('The meeting is locked.').waitFor()
  const joan = await knocks(link, 'Joan')
  await joan.getByRole('heading', { name: 'The meeting is locked' }).waitFor()

  await ada.getByRole('button', { name: 'More about Grace' }).click()
  await ada.getByRole('menuitem', { name: 'Mute' }).click()
  await grace.getByText('Ada muted you.').waitFor()
  await grace.locator('[aria-label="Microphone"][aria-pressed=false]').waitFor()
}, 120_000)

test('[AC-38] a host who loads the page anew comes in without knocking, and finds those who wait', async () => {
  const { ada, link } = await begun()
  await join(ada)
  await inCall(ada)
  const grace = await knocks(link, 'Grace')
  await waitsOutside(grace)
  await ada.getByText('Grace wants to come in.').waitFor()

  await ada.reload()
  await join(ada)
  await inCall(ada)

  await ada.getByText('Grace wants to come in.').waitFor()
  expect(await grace.getByRole('heading', { name: 'Waiting to be let in' }).isVisible()).toBe(true)
  await ada.getByRole('button', { name: 'Admit', exact: true }).click()
  await Promise.all([meets(ada, 1), meets(grace, 1)])
}, 120_000)

test('[AC-37] who loads the page anew and joins within 5 s is one tile to the others', async () => {
  const { ada, link } = await begun()
  await join(ada)
  await inCall(ada)
  const grace = await knocks(link, 'Grace')
  await waitsOutside(grace)
  await ada.getByRole('button', { name: 'Admit', exact: true }).click()
  await meets(grace, 1)
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
  await meets(ada, 1)

  await expect.poll(async () => (await tiles(grace)).length).toBe(2)
  const most = await grace.evaluate(() => Math.max(2, ...(Reflect.get(globalThis, 'most') as Set<number>)))
  expect(most).toBe(2)
}, 120_000)

test('[AC-37] who joined in another tab takes the call back to this one with a click', async () => {
  const { ada, meeting, link } = await begun()
  await join(ada)
  await inCall(ada)
  const grace = await knocks(link, 'Grace')
  await waitsOutside(grace)
  await ada.getByRole('button', { name: 'Admit', exact: true }).click()
  await meets(grace, 1)
  const other = await ada.context().newPage()
  await other.goto(`/meet/${meeting}`)
  await join(other)
  const back = ada.getByRole('button', { name: 'Be here instead' })
  await back.waitFor()

  await back.click()

  await other.getByRole('button', { name: 'Be here instead' }).waitFor()
  await back.waitFor({ state: 'detached' })
  await expect.poll(async () => (await tiles(ada)).length).toBe(2)
  await expect.poll(async () => (await tiles(grace)).length).toBe(2)
}, 120_000)

test('[AC-37] a browser that still asks for the camera holds up no return to the call', async () => {
  const { ada, meeting } = await begun()
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
  await expect.poll(async () => (await tiles(ada)).length).toBe(1)
}, 120_000)

test('who is muted talks for as long as they hold Space, and whoever may only listen is told so', async () => {
  const { ada, link } = await begun()
  await join(ada)
  await inCall(ada)
  const grace = await knocks(link, 'Grace')
  await waitsOutside(grace)
  await ada.getByRole('button', { name: 'Admit', exact: true }).click()
  await meets(grace, 1)
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
