import type { MiddlewareHandler } from 'hono'
import * as z from 'zod/mini'
import type { App } from './env.ts'
import { ProblemError } from './problem.ts'

/** One line for whoever has to put it right: what the setting has to be, and where that comes from. */
function text(advice: string) {
  return z.string({ error: advice }).check(z.minLength(1, advice))
}

function httpAddress(value: string): boolean {
  return /^https?:$/.test(URL.parse(value)?.protocol ?? '') && !value.endsWith('/')
}

const address = 'the address of the Supabase project, such as https://abc.supabase.co, without a slash at its end'
const secret = '32 random bytes or more, in hex: openssl rand -hex 32'
const bindings = z.custom((value) => typeof value === 'object' && value !== null, {
  error: 'a binding of wrangler.toml: deploy with the file of this repository',
})

/** What the worker is told: settings and secrets, and what wrangler.toml binds. docs/operating.md shows the settings. */
export const Config = z.object({
  SUPABASE_URL: z.string({ error: address }).check(z.refine(httpAddress, address)),
  SUPABASE_ANON_KEY: text("the project's publishable key, or its anon key"),
  SUPABASE_SERVICE_KEY: text("one of the project's secret keys, or its service_role key"),
  SUPABASE_JWT_SECRET: z.optional(text("the project's JWT secret, or nothing where it signs with keys of its own")),
  SUPABASE_JWT_ISSUER: z.optional(
    text('who issues access tokens, such as https://abc.supabase.co/auth/v1, or nothing'),
  ),
  PARLEY_SECRET: z.string({ error: secret }).check(z.minLength(32, secret)),
  PARLEY_RATE_LIMITS: z.optional(z.enum(['on', 'off'], { error: 'on or off' })),
  ROOM: bindings,
  INBOX: bindings,
  TRIES: bindings,
})

/** What is wrong with a worker's settings, a line for each; nothing when it can serve. */
export function faultsOf(env: unknown): string[] {
  const read = Config.safeParse(env)
  return read.success ? [] : read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
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
