import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { launch, openWindow } from './support/browser.ts'
import { makeRoom, message, send, signUp } from './support/person.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(async () => await browser.close())

const everywhere = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(self), microphone=(self), display-capture=(self)',
}

test('[GRD4] the page, its files and the API carry the headers as npm start serves them', async () => {
  const { pageUrl } = inject('parley')
  const page = await fetch(pageUrl)
  const [asset] = /\/assets\/[\w.-]+\.js/.exec(await page.text()) ?? []
  const [deep, file, api] = [
    await fetch(`${pageUrl}/r/01900000-0000-7000-8000-000000000000`),
    await fetch(`${pageUrl}${asset}`),
    await fetch(`${pageUrl}/api/v1/me`),
  ]

  for (const answer of [page, deep, file, api]) {
    expect(Object.fromEntries(answer.headers)).toMatchObject(everywhere)
    expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
  }
  expect(page.headers.get('content-security-policy')).toContain("require-trusted-types-for 'script'")
  expect([page, deep, file, api].map(({ headers }) => headers.get('cache-control'))).toEqual([
    ...['no-cache', 'no-cache', 'public, max-age=31536000, immutable', 'no-store'],
  ])
})

test('[GRD4] people sign up and talk without a violation, and what is injected does not run', async () => {
  const { page, errors } = await openWindow(browser)
  await signUp(page, 'Ada')
  await makeRoom(page, 'Engines')
  await send(page, '<img src=x onerror="window.ran = 1"><script>window.ran = 2</script>')
  await message(page, 'onerror').waitFor()
  expect(errors).toEqual([])

  const violated = await page.evaluate(async () => {
    const told: string[] = []
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => told.push(effectiveDirective))
    const script = document.createElement('script')
    try {
      script.text = 'window.ran = 3'
    } catch {
      told.push('refused')
    }
    document.head.append(script)
    const style = document.createElement('style')
    style.textContent = 'body { display: none }'
    document.head.append(style)
    try {
      document.body.insertAdjacentHTML('beforeend', '<img src=x onerror="window.ran = 4">')
    } catch {
      told.push('refused')
    }
    const link = document.createElement('a')
    link.href = 'javascript:window.ran=5'
    document.body.append(link)
    link.click()
    await fetch('https://elsewhere.test/').catch(() => {})
    // Reports come one after the other, in order: when the last one is there, all are.
    while (!told.includes('connect-src')) await new Promise((turn) => setTimeout(turn))
    return told
  })

  expect(new Set(violated)).toEqual(
    new Set(['refused', 'require-trusted-types-for', 'style-src-elem', 'script-src-elem', 'connect-src']),
  )
  expect(await page.evaluate('window.ran')).toBe(undefined)
  expect(await page.locator('body').isVisible()).toBe(true)
})
