import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { chromium as driver, type Browser, type BrowserContext, type Page } from 'playwright-core'
import { inject, onTestFailed } from 'vitest'
import { lookOften } from './looking-often.ts'

// Read when the package is loaded: it then unpacks the libraries that Chromium needs and a bare machine lacks.
process.env['AWS_LAMBDA_JS_RUNTIME'] ??= 'nodejs24.x'

const screenshots = resolve(import.meta.dirname, '../../../dist/test/screenshots')

/** A real Chromium from npm. Its package's own arguments are for lambdas and switch off what is tested here, Origin for one. */
export async function launch(more: readonly string[] = []): Promise<Browser> {
  const { default: chromium } = await import('@sparticuz/chromium')
  const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking']
  return await driver.launch({
    executablePath: await chromium.executablePath(),
    args: [...args, '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage', ...more],
  })
}

/** A window of its own: cookies, storage and all. Errors of the page, and what its policies forbade, are collected in `errors`. */
export async function openWindow(
  browser: Browser,
  options: { width?: number; dark?: boolean; url?: string } = {},
): Promise<Window> {
  const { width = 1280, dark = false, url = inject('parley').pageUrl } = options
  const context = await browser.newContext({
    viewport: { width, height: width < 640 ? 740 : 800 },
    colorScheme: dark ? 'dark' : 'light',
    baseURL: url,
  })
  const page = await context.newPage()
  lookOften(page)
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.stack ?? error.message))
  page.on('console', (said) => {
    if (/Content Security Policy|TrustedHTML|TrustedScript/.test(said.text())) errors.push(said.text())
  })
  // A watchdog, not a measure.
  page.setDefaultTimeout(20_000)
  onTestFailed(async () => await keepScreenshot(page, `failed-${width}-${errors.length}-${Date.now()}`))
  return { context, page, url, errors }
}

export interface Window {
  context: BrowserContext
  page: Page
  /** Where it finds Parley. */
  url: string
  errors: string[]
}

/** Keeps what a person would see, for people to look at. */
export async function keepScreenshot(page: Page, name: string): Promise<void> {
  mkdirSync(screenshots, { recursive: true })
  await page.screenshot({ path: join(screenshots, `${name}.png`) })
}
