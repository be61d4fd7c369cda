import type { Context } from 'hono'
import type { App } from './env.ts'

/** What a handler gave, as it is sent: a status with its body, or a response of its own. */
export function answered(c: Context<App>, given: unknown): Response {
  if (given instanceof Response) return given
  const [status, body] = given as [200, unknown] | [204]
  return body === undefined ? c.body(null, status as 204) : c.json(body, status as 200)
}
