import { exports } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { problems } from '../../protocol/problems.ts'
import { ask, bodyOf, request, site } from './support/people.ts'

async function page(path: string): Promise<Response> {
  return await exports.default.fetch(new Request(`${site}${path}`))
}

const strict = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

test.each(Object.keys(problems))('[API4] the type of %s leads to a page that explains it', async (kind) => {
  const answer = await page(`/problems/${kind}`)
  const text = await answer.text()
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toMatch('text/html')
  expect(text).toContain(problems[kind as keyof typeof problems].title)
  for (const part of ['What it means', 'What to do', 'be sent again']) expect(text).toContain(part)
})

test('[API4] the list of problems names every kind, and what is none has no page', async () => {
  const text = await (await page('/problems')).text()
  for (const kind of Object.keys(problems)) expect(text).toContain(`href="/problems/${kind}"`)
  const none = await page('/problems/%3Cscript%3E')
  expect([none.status, await none.text()]).toEqual([404, expect.not.stringContaining('<script')])
})

test('[API4] a problem on the wire has a type that leads to a page', async () => {
  const { type } = await bodyOf<{ type: string }>(await request(null, 'GET', '/me'), 401)
  expect((await page(type)).status).toBe(200)
})

test.each(['/api/docs', '/problems', '/problems/internal'])(
  '[API5] %s needs no script and nothing from elsewhere, and says so',
  async (path) => {
    const answer = await page(path)
    const text = await answer.text()
    expect(answer.headers.get('content-security-policy')).toBe(strict)
    expect(text).not.toMatch(/<script|<style|\sstyle=|\son\w+=|https?:\/\//)
    expect(
      [...text.matchAll(/(?:src|href)="([^"#]*)/g)].map(([, to]) => to).filter((to) => to && !to.startsWith('/')),
    ).toEqual([])
    expect((await page('/api/docs.css')).headers.get('content-type')).toMatch('text/css')
  },
)

test('[API6] a path that does something else says which methods it has', async () => {
  const answer = await request(null, 'PUT', '/me/settings')
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, PATCH'])
  expect(await answer.json()).toMatchObject({ type: '/problems/method_not_allowed' })
  expect((await request(null, 'PUT', '/nothing')).status).toBe(404)
  expect((await ask('/me/settings', { method: 'HEAD' })).status).toBe(401)
})
