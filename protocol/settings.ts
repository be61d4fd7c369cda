import * as z from 'zod/mini'

/** One line for whoever has to put it right: what the setting has to be, and where that comes from. */
function text(advice: string) {
  return z.string({ error: advice }).check(z.minLength(1, advice))
}

const httpAddress = /^https?:\/\/[^\s/]+(\/[^\s/]+)*$/

/** A LiveKit as browsers reach it, and as its API is asked. */
export const livekitAddress = /^wss?:\/\/[^\s/]+(\/[^\s/]+)*$/
export const livekitApiAddress = httpAddress

/** An S3 bucket with its endpoint. */
export const bucketAddress = /^https?:\/\/[^\s/]+\/[^\s/]+$/

const address = 'the address of the Supabase project, such as https://abc.supabase.co, without a slash at its end'
const livekit = 'the address of LiveKit, such as wss://media.example.org, without a slash at its end, or nothing'
const livekitApi = 'where LiveKit is asked, such as https://media.example.org, or nothing where LIVEKIT_URL tells'
const recordings =
  'where recordings go: an S3 bucket with its endpoint, such as https://s3.eu-central-1.amazonaws.com/recordings, or nothing'
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
  PARLEY_MAIL_URL: z.optional(text('where mails are sent, such as https://api.resend.com/emails, or nothing')),
  PARLEY_MAIL_KEY: z.optional(text('the key of whoever sends mails, or nothing')),
  PARLEY_MAIL_FROM: z.optional(text('whom mails come from, such as Parley <meet@example.org>, or nothing')),
  PARLEY_RATE_LIMITS: z.optional(z.enum(['on', 'off'], { error: 'on or off' })),
  LIVEKIT_URL: z.optional(z.string({ error: livekit }).check(z.regex(livekitAddress, livekit))),
  LIVEKIT_API_URL: z.optional(z.string({ error: livekitApi }).check(z.regex(livekitApiAddress, livekitApi))),
  LIVEKIT_API_KEY: z.optional(text("LiveKit's API key, or nothing")),
  LIVEKIT_API_SECRET: z.optional(text("LiveKit's API secret, or nothing")),
  RECORDINGS_URL: z.optional(z.string({ error: recordings }).check(z.regex(bucketAddress, recordings))),
  RECORDINGS_REGION: z.optional(text("the bucket's region, such as eu-central-1, or nothing")),
  RECORDINGS_KEY: z.optional(text("the bucket's access key, or nothing")),
  RECORDINGS_SECRET: z.optional(text("the bucket's secret access key, or nothing")),
})

/** What calls need, all together or nothing of it. */
const mediaSettings = ['LIVEKIT_URL', 'LIVEKIT_API_KEY', 'LIVEKIT_API_SECRET'] as const

/** What recordings need, likewise; the region may be left out. */
const recordingSettings = ['RECORDINGS_URL', 'RECORDINGS_KEY', 'RECORDINGS_SECRET'] as const

/** What is missing where a part of the media settings is set; nothing where all are, or none is. */
export function missingMedia(env: { [name in (typeof mediaSettings)[number]]?: unknown }): string[] {
  return missingOf(mediaSettings, env)
}

/** The same for recordings. */
export function missingForRecordings(env: { [name in (typeof recordingSettings)[number]]?: unknown }): string[] {
  return missingOf(recordingSettings, env)
}

function missingOf<N extends string>(names: readonly N[], env: { [name in N]?: unknown }): string[] {
  const missing = names.filter((name) => !env[name])
  return missing.length === names.length ? [] : missing
}

/** The settings without which the worker does not start, and which no file may hold. */
export const requiredSecrets = ['SUPABASE_ANON_KEY', 'SUPABASE_SERVICE_KEY', 'PARLEY_SECRET'] as const
