import type { MiddlewareHandler } from 'hono'
import * as z from 'zod/mini'
import { missingForRecordings, missingMedia, WorkerSettings } from '../protocol/settings.ts'
import type { App } from './env.ts'
import { ProblemError } from './problem.ts'

const binding = z.custom((value) => typeof value === 'object' && value !== null, {
  error: 'a binding of wrangler.toml: deploy with the file of this repository',
})

/** What the worker is told, and the objects that wrangler.toml binds. */
const Config = z.extend(WorkerSettings, { ROOM: binding, INBOX: binding, MEETING: binding, TRIES: binding })

/** What is wrong with a worker's settings, a line for each; nothing when it can serve. */
export function faultsOf(env: unknown): string[] {
  const read = Config.safeParse(env)
  if (!read.success) return read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  return [
    ...missingMedia(read.data).map((name) => `${name}: needed, since a part of what calls need is set`),
    ...missingForRecordings(read.data).map((name) => `${name}: needed, since a part of what recordings need is set`),
  ]
}

// Each worker has one environment for as long as it lives.
const checked = new WeakMap<object, string[]>()

/** A worker that is not set up says so, and not that something went wrong. Problem: misconfigured. */
export const checkConfig: MiddlewareHandler<App> = async (c, next) => {
  const faults = checked.get(c.env) ?? faultsOf(c.env)
  checked.set(c.env, faults)
  // Whether the process answers is another question.
  if (faults.length > 0 && !/\/healthz?$/.test(c.req.path)) {
    // Which settings are wrong is nothing that a visitor could use; what they hold stands in no answer.
    throw new ProblemError('misconfigured', faults.join('; '))
  }
  await next()
}
