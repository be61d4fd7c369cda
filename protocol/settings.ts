import * as z from 'zod/mini'

/** One line for whoever has to put it right: what the setting has to be, and where that comes from. */
function text(advice: string) {
  return z.string({ error: advice }).check(z.minLength(1, advice))
}

const httpAddress = /^https?:\/\/[^\s/]+(\/[^\s/]+)*$/

const address = 'the address of the Supabase project, such as https://abc.supabase.co, without a slash at its end'
const secret = '32 random bytes or more, in hex: openssl rand -hex 32'

/** Every setting and secret of the worker. docs/operating.md shows them; each says what it has to be. */
export const WorkerSettings = z.object({
  SUPABASE_URL: z.string({ error: address }).check(z.regex(httpAddress, address)),
  SUPABASE_ANON_KEY: text("the project's publishable key, or its anon key"),
  SUPABASE_SERVICE_KEY: text("one of the project's secret keys, or its service_role key"),
  SUPABASE_JWT_SECRET: z.optional(text("the project's JWT secret, or nothing where it signs with keys of its own")),
  SUPABASE_JWT_ISSUER: z.optional(
    text('who issues access tokens, such as https://abc.supabase.co/auth/v1, or nothing'),
  ),
  PARLEY_SECRET: z.string({ error: secret }).check(z.minLength(32, secret)),
  PARLEY_RATE_LIMITS: z.optional(z.enum(['on', 'off'], { error: 'on or off' })),
})

/** The settings without which the worker does not start, and which no file may hold. */
export const requiredSecrets = ['SUPABASE_ANON_KEY', 'SUPABASE_SERVICE_KEY', 'PARLEY_SECRET'] as const
