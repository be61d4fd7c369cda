import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { keepScreenshot, launch, openWindow } from './support/browser.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(async () => await browser.close())

test.each([360, 1280])('[API5] the reference and the pages of problems fit a screen of %i pixels', async (width) => {
  const { page, errors, context } = await openWindow(browser, { width, dark: width < 640 })
  const asked: string[] = []
  page.on('request', (request) => asked.push(new URL(request.url()).pathname))
  for (const path of ['/api/docs', '/problems', '/problems/slow_down']) {
    await page.goto(path)
    await page.getByRole('heading', { level: 1 }).waitFor()
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
  }
  await page.goto('/api/docs')
  if (width < 640) await page.getByText('All endpoints').click()
  await page.getByRole('link', { name: 'markRead', exact: true }).click()
  const article = page.locator('article:target')
  expect(await article.getByRole('heading').first().textContent()).toBe('Say how far you have read')
  await keepScreenshot(page, `api-reference-${width}`)
  await article.getByRole('link', { name: 'not_found' }).last().click()
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('There is nothing here')
  expect(new Set(asked)).toEqual(
    new Set(['/api/docs', '/api/docs.css', '/problems', '/problems/slow_down', '/problems/not_found']),
  )
  expect(errors).toEqual([])
  await context.close()
})

test('[API7] a whole Parley serves its document to anyone', async () => {
  const answer = await fetch(`${inject('parley').pageUrl}/api/openapi.json`)
  const { openapi, paths } = (await answer.json()) as { openapi: string; paths: object }
  expect([answer.status, openapi]).toEqual([200, '3.1.1'])
  expect(Object.keys(paths)).toContain('/rooms/{room}/read')
})
