import { expect, test } from 'vitest'
import { app } from '../../worker/app.ts'
import { commonHeaders } from '../../worker/headers.ts'
import { bindings } from './support/database.ts'
import { site } from './support/people.ts'

const paths = [
  '/healthz',
  '/api/v1/me',
  '/api/v1/health',
  '/api/v1/nowhere',
  '/problems',
  '/api/docs',
  '/api/openapi.json',
]

test.each(paths)(
  '[GRD4] the answer to %s runs nothing, is framed by nobody, and is what its type says',
  async (path) => {
    const { headers } = await app.fetch(new Request(`${site}${path}`), bindings)

    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toMatch(/^default-src 'none'/)
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/unsafe|\*|script-src/)
    for (const [name, value] of Object.entries(commonHeaders)) {
      const own = name === 'referrer-policy' ? /^(same-origin|no-referrer)$/ : value
      expect(headers.get(name)).toEqual(own instanceof RegExp ? expect.stringMatching(own) : own)
    }
    expect(headers.get('x-request-id')).toMatch(/^[\w.-]{8,128}$/)
  },
)

test('[GRD4] over http nothing asks for https', async () => {
  const { headers } = await app.fetch(new Request('http://127.0.0.1/healthz'), bindings)
  expect(headers.get('strict-transport-security')).toBe(null)
})
