import { once } from 'node:events'
import { RoomServiceClient, TrackSource } from 'livekit-server-sdk'
import { chromium as driver, type Browser, type Page } from 'playwright-core'
import { expect, onTestFinished } from 'vitest'
import type { Entered, MediaToken } from '../../../protocol/meetings.ts'
import { freshId, Person, startParley, type Parley } from './parley.ts'

process.env['AWS_LAMBDA_JS_RUNTIME'] ??= 'nodejs24.x'

/** A browser whose camera moves, or shows what a file says, whose microphone beeps, and whose screen is shared without asking. */
export async function launchWithMedia(camera?: string): Promise<Browser> {
  const { default: chromium } = await import('@sparticuz/chromium')
  const fake = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream']
  if (camera !== undefined) fake.push(`--use-file-for-fake-video-capture=${camera}`)
  return await driver.launch({
    executablePath: await chromium.executablePath(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', ...fake],
  })
}

/** Looks into what a page captures and receives. Runs in the page, before its own scripts. */
function watch(): void {
  const [connections, captured]: [RTCPeerConnection[], MediaStreamTrack[]] = [[], []]
  const streams = new Map<string, string>()
  Object.assign(globalThis, { connections, captured, streams })
  const Original = RTCPeerConnection
  globalThis.RTCPeerConnection = class extends Original {
    constructor(options?: RTCConfiguration) {
      super(options)
      connections.push(this)
      this.addEventListener('track', ({ track, streams: [stream] }) => streams.set(track.id, stream?.id ?? ''))
    }
  }
  const devices = navigator.mediaDevices as MediaDevices | undefined
  if (devices === undefined) return
  for (const way of ['getUserMedia', 'getDisplayMedia'] as const) {
    const original = devices[way].bind(devices)
    devices[way] = async (wish) => {
      const stream = await original(wish)
      captured.push(...stream.getTracks())
      return stream
    }
  }
  // It comes after `pagehide` when a page is left.
  document.addEventListener('visibilitychange', () =>
    sessionStorage.setItem('captured', [...new Set(captured.map(({ readyState }) => readyState))].join(' ')),
  )
}

/** What became of all that a page captured since it was loaded: `['ended']` once no light is on any more. */
export async function captured(page: Page): Promise<string[]> {
  const tracks = await page.evaluate(() =>
    (Reflect.get(globalThis, 'captured') as MediaStreamTrack[]).map(({ readyState }) => readyState),
  )
  return [...new Set(tracks)]
}

export function connectionsOf(page: Page): Promise<number> {
  return page.evaluate(() => (Reflect.get(globalThis, 'connections') as unknown[]).length)
}

/** The tracks of which a page decoded pictures, or heard more than silence: as the media server names their streams, `PA_…|TR_…`. */
function flowing(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const streams = Reflect.get(globalThis, 'streams') as Map<string, string>
    const found: string[] = []
    for (const connection of Reflect.get(globalThis, 'connections') as RTCPeerConnection[]) {
      if (connection.connectionState === 'closed') continue
      for (const stat of (await connection.getStats()).values() as Iterable<Record<string, unknown>>) {
        if (stat['type'] !== 'inbound-rtp') continue
        const flows = stat['kind'] === 'video' ? stat['framesDecoded'] : stat['totalAudioEnergy']
        if (Number(flows ?? 0) > 0) found.push(streams.get(String(stat['trackIdentifier'])) ?? 'unknown')
      }
    }
    return found
  })
}

export async function join(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Join/ }).click()
}

export async function inCall(page: Page): Promise<void> {
  await page.getByRole('toolbar', { name: 'In the meeting' }).waitFor()
}

export async function waitsOutside(page: Page): Promise<void> {
  await page.getByRole('heading', { name: 'Waiting to be let in' }).waitFor()
}

export async function admit(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Admit', exact: true }).click()
}

export function tiles(page: Page): Promise<number> {
  return page.locator('[data-tile]').count()
}

/** The people of one Parley, in windows of their own. */
export class Meet {
  readonly parley: Parley
  readonly browser: Browser

  private constructor(parley: Parley, browser: Browser) {
    this.parley = parley
    this.browser = browser
  }

  static async start(): Promise<Meet> {
    const browser = await launchWithMedia()
    return new Meet(await startParley('build'), browser)
  }

  async stop(): Promise<void> {
    await this.browser.close()
    await this.parley.stop()
  }

  async open(width = 1_280, browser = this.browser): Promise<Page> {
    const context = await browser.newContext({
      viewport: { width, height: 740 },
      baseURL: this.parley.system.pageUrl,
      permissions: ['camera', 'microphone'],
    })
    onTestFinished(() => context.close())
    await context.addInitScript(watch)
    const page = await context.newPage()
    page.setDefaultTimeout(20_000)
    return page
  }

  /** Someone with an account. */
  async signUp(name: string, width?: number): Promise<Page> {
    const page = await this.open(width)
    await page.goto('/sign-up')
    await page.getByLabel('Your name').fill(name)
    await page.getByLabel('E-mail').fill(`${name}.${crypto.randomUUID().slice(0, 8)}@parley.test`)
    await page.getByLabel('Password', { exact: true }).fill('correct horse battery')
    await page.getByRole('button', { name: 'Make an account' }).click()
    await page.waitForURL(({ pathname }) => pathname === '/')
    return page
  }

  /** Ada has an account, and a meeting that just began. Answers her page before the meeting, and a link for anyone. */
  async begun(more: { lobby?: 'nobody' } = {}): Promise<{ ada: Page; meeting: string; link: string }> {
    const ada = await this.signUp('Ada')
    const meeting = freshId()
    const link = await ada.evaluate(
      async ({ id, more }) => {
        const post = async (path: string, body: object) =>
          (await fetch(`/api/v1${path}`, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(body),
          }).then((answer) => answer.json())) as { code: string }
        await post('/meetings', { id, title: 'Analytical engines', ...more })
        return (await post(`/meetings/${id}/links`, { entry: 'anyone' })).code
      },
      { id: meeting, more },
    )
    await ada.goto(`/meet/${meeting}`)
    return { ada, meeting, link }
  }

  /** The same, and she is in. */
  async holds(): Promise<{ ada: Page; meeting: string; link: string }> {
    const begun = await this.begun()
    await join(begun.ada)
    await inCall(begun.ada)
    return begun
  }

  /** Someone without an account comes by a link, and knocks: in a window of that width, or in one that is there. */
  async knocks(link: string, name: string, where?: number | Page): Promise<Page> {
    const page = typeof where === 'object' ? where : await this.open(where)
    await page.goto(`/m/${link}`)
    await page.getByText('Ada invites you to this meeting.').waitFor()
    await page.getByLabel('Your name').fill(name)
    await page.getByRole('button', { name: 'Continue' }).click()
    await join(page)
    return page
  }

  /** Someone with an account does. */
  async knocksSignedIn(link: string, name: string): Promise<Page> {
    const page = await this.signUp(name)
    await page.goto(`/m/${link}`)
    await page.getByRole('button', { name: 'Continue' }).click()
    await join(page)
    return page
  }

  /** Ada and Grace, who was let in, talk. */
  async talk(): Promise<{ ada: Page; grace: Page; meeting: string; link: string }> {
    const held = await this.holds()
    const grace = await this.knocks(held.link, 'Grace')
    await waitsOutside(grace)
    await admit(held.ada)
    await Promise.all([this.meets(held.ada, held.meeting, ['Grace']), this.meets(grace, held.meeting, ['Ada'])])
    return { ...held, grace }
  }

  /** Waits until these are seen and heard, and nothing else is; `more`: what else flows, as `Ada SCREEN_SHARE`. */
  async meets(page: Page, meeting: string, others: string[], more: string[] = []): Promise<void> {
    const all = [...others.flatMap((name) => [`${name} CAMERA`, `${name} MICROPHONE`]), ...more].sort()
    await expect.poll(() => this.received(page, meeting), { timeout: 20_000 }).toEqual(all)
  }

  /** So many guests are let in at once. They show and say nothing, and cost a socket each. */
  async crowd(link: string, count: number): Promise<void> {
    const { system } = this.parley
    await Promise.all(
      Array.from({ length: count }, async (_, index) => {
        const guest = Person.guest(system, `Guest ${index + 1}`)
        const { meeting } = await guest.get<Entered>('POST', `/meeting-links/${link}/enter`, { name: guest.name })
        const { url, token } = await guest.get<MediaToken>('POST', `/meetings/${meeting}/token`)
        const socket = new WebSocket(`${url}/rtc?protocol=15&access_token=${token}`)
        onTestFinished(() => socket.close())
        await once(socket, 'message')
      }),
    )
  }

  private async received(page: Page, meeting: string): Promise<string[]> {
    const flows = await flowing(page)
    const there = await this.rooms().listParticipants(`m_${meeting}`)
    return there
      .flatMap(({ name, sid: whose, tracks }) =>
        tracks.flatMap(({ sid, source }) =>
          flows.includes(`${whose}|${sid}`) ? [`${name} ${TrackSource[source]}`] : [],
        ),
      )
      .sort()
  }

  private rooms(): RoomServiceClient {
    const { system } = this.parley
    const { livekitKey, livekitSecret } = system.keys
    return new RoomServiceClient(system.livekit().replace(/^ws/, 'http'), livekitKey, livekitSecret)
  }
}
