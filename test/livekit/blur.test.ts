import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as path } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inCall, join, launchWithMedia, Meet } from './support/meet.ts'

const folder = mkdtempSync(path(tmpdir(), 'parley-blur-'))
let meet: Meet
let board: Browser

beforeAll(async () => {
  meet = await Meet.start()
  board = await launchWithMedia(checkerboard(path(folder, 'board.y4m')))
}, 180_000)

afterAll(async () => {
  await board?.close()
  await meet?.stop()
  rmSync(folder, { recursive: true })
})

/** Nobody stands before this camera, only a board of black and white squares. */
function checkerboard(file: string): string {
  const [width, height, square] = [320, 240, 8]
  const luma = Buffer.alloc(width * height)
  for (let at = 0; at < luma.length; at++) {
    const [x, y] = [at % width, Math.floor(at / width)]
    luma[at] = (Math.floor(x / square) + Math.floor(y / square)) % 2 === 0 ? 16 : 235
  }
  const frame = Buffer.concat([Buffer.from('FRAME\n'), luma, Buffer.alloc((width * height) / 2, 128)])
  const header = Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420jpeg\n`)
  writeFileSync(file, Buffer.concat([header, ...Array.from({ length: 10 }, () => frame)]))
  return file
}

/** In a page: how far apart black and white are in each picture of someone that it shows, the standard deviation of its brightness, of 255. */
function measure(): void {
  const seen = new Map<string, { last: number; most: number }>()
  Object.assign(globalThis, { seen })
  function look(): void {
    for (const video of document.querySelectorAll('video')) {
      if (video.videoWidth === 0) continue
      const canvas = new OffscreenCanvas(160, 120)
      const context = canvas.getContext('2d')!
      context.drawImage(video, 0, 0, 160, 120)
      const { data } = context.getImageData(0, 0, 160, 120)
      const light = Array.from({ length: data.length / 4 }, (_, at) => data[4 * at + 1]!)
      const mean = light.reduce((sum, each) => sum + each, 0) / light.length
      const last = Math.sqrt(light.reduce((sum, each) => sum + (each - mean) ** 2, 0) / light.length)
      const name = video.getAttribute('aria-label') ?? ''
      seen.set(name, { last, most: Math.max(last, seen.get(name)?.most ?? 0) })
    }
    requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
}

/** The contrast of what a page shows of someone, now and at most. */
async function contrast(page: Page, name: string): Promise<{ last: number; most: number }> {
  const none = { last: NaN, most: NaN }
  return await page.evaluate(
    ([who, otherwise]) => (Reflect.get(globalThis, 'seen') as Map<string, typeof otherwise>).get(who) ?? otherwise,
    [name, none] as const,
  )
}

async function shows(page: Page, name: string, how: 'sharp' | 'blurred'): Promise<void> {
  const last = expect.poll(async () => (await contrast(page, name)).last)
  await (how === 'sharp' ? last.toBeGreaterThan(sharp) : last.toBeLessThan(blurry))
}

const sharp = 70
const blurry = 35

test('[MTG56] who blurs their background is never seen without the blur, before a meeting and in it, and nothing is fetched elsewhere', async () => {
  const { ada, link } = await meet.begun({ lobby: 'nobody' })
  await join(ada)
  await inCall(ada)
  await ada.evaluate(measure)
  const grace = await meet.open(1_280, board)
  const hosts = new Set<string>()
  grace.on('request', (request) => hosts.add(new URL(request.url()).hostname))
  await grace.goto(`/m/${link}`)
  await grace.evaluate(measure)
  await grace.getByLabel('Your name').fill('Grace')
  await grace.getByRole('button', { name: 'Continue' }).click()
  await shows(grace, 'Your camera', 'sharp')
  const [blur, camera] = [
    grace.getByRole('switch', { name: 'Blur my background' }),
    grace.getByRole('button', { name: 'Camera', exact: true }),
  ]

  await blur.check()

  await shows(grace, 'Your camera', 'blurred')
  await join(grace)
  await inCall(grace)
  await shows(ada, 'Grace', 'blurred')
  await camera.click()
  await camera.click()
  await shows(ada, 'Grace', 'blurred')
  expect((await contrast(ada, 'Grace')).most).toBeLessThan(sharp)
  expect([...hosts].filter((host) => host !== '')).toEqual(['127.0.0.1'])

  await grace.getByRole('button', { name: 'More', exact: true }).click()
  await grace.getByRole('menuitem', { name: 'Microphone, camera and speaker' }).click()
  await blur.uncheck()
  await shows(ada, 'Grace', 'sharp')
  await blur.check()
  await shows(ada, 'Grace', 'blurred')
}, 120_000)

test('[MTG56] a blur that cannot be fetched leaves the camera off, and says so', async () => {
  const { ada } = await meet.begun()
  await ada.route('**/selfie_segmenter.tflite', (route) => route.abort())
  await ada.getByRole('switch', { name: 'Blur my background' }).check()
  await ada.getByText('Your background could not be blurred, so your camera is off').waitFor()
  expect(await ada.getByLabel('Your camera', { exact: true }).count()).toBe(0)
  await ada.getByRole('button', { name: 'Join without camera' }).click()
  await inCall(ada)
  const camera = (pressed: boolean) => ada.getByRole('button', { name: 'Camera', exact: true, pressed })

  await camera(false).click()

  await ada.getByText(/Your background could not be blurred/).waitFor()
  await camera(false).waitFor()
  await ada.unroute('**/selfie_segmenter.tflite')
  await camera(false).click()
  await camera(true).waitFor()
}, 120_000)
