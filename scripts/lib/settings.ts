import { resolve } from 'node:path'
import * as z from 'zod/mini'
import { bucketAddress, livekitAddress, livekitApiAddress, missingForRecordings } from '../../protocol/settings.ts'
import { Advice } from './advice.ts'

/** Where a local system lives: its data folder, and its ports on 127.0.0.1; and whether its requests are limited. */
export type Settings = {
  dataDir: string
  pagePort: number
  supabasePort: number
  postgresPort: number
  /** Whether a new account has to be confirmed by a mail, which lands in the mailbox of this machine. */
  confirmEmail: boolean
  rateLimits: 'on' | 'off'
  /** The bucket of recordings, as the worker is told of it; nothing of it where there is none. */
  recordings: Record<string, string>
  /** Null where meetings are turned off. */
  livekit: LiveKitSettings | null
}

/** Where a LiveKit of this machine listens (0: not at all), and the variables that name one elsewhere; empty ones are not set. */
export type LiveKitSettings = {
  ports: { http: number; tcp: number; udp: number }
  given: { LIVEKIT_URL: string; LIVEKIT_API_URL: string; LIVEKIT_API_KEY: string; LIVEKIT_API_SECRET: string }
}

/** The folder of this repository. */
export const repository = resolve(import.meta.dirname, '../..')

// An empty variable counts as none.
function setting<T extends z.ZodMiniType<unknown, string>>(shape: T, usual: string) {
  return z.pipe(
    z._default(z.string(), ''),
    z.pipe(
      z.transform((text: string) => text || usual),
      shape,
    ),
  )
}

function port(usual: string, least: 0 | 1 = 1) {
  const portNumber = `it has to be a port, ${least} to 65535.`
  const number = z.pipe(
    z.string(),
    z.pipe(
      z.transform(Number),
      z.int({ error: portNumber }).check(z.minimum(least, portNumber), z.maximum(65_535, portNumber)),
    ),
  )
  return setting(number, usual)
}

function elsewhere(address: RegExp, error: string) {
  return setting(z.string().check(z.refine((text) => text === '' || address.test(text), { error })), '')
}

/** Every setting of `npm start`, with its default. docs/operating.md shows them. */
export const Environment = z.object({
  PARLEY_PORT: port('8787'),
  PARLEY_SUPABASE_PORT: port('54321'),
  PARLEY_POSTGRES_PORT: port('54322'),
  PARLEY_LIVEKIT: setting(z.enum(['on', 'off'], { error: 'it has to be on or off.' }), 'on'),
  PARLEY_LIVEKIT_PORT: port('7880'),
  // None: LiveKit would listen there on every address of this machine, and not on 127.0.0.1 alone.
  PARLEY_LIVEKIT_TCP_PORT: port('0', 0),
  PARLEY_LIVEKIT_UDP_PORT: port('7882'),
  LIVEKIT_URL: elsewhere(livekitAddress, 'it has to be an address such as wss://media.example.org.'),
  LIVEKIT_API_URL: elsewhere(livekitApiAddress, 'it has to be an address such as https://media.example.org.'),
  LIVEKIT_API_KEY: setting(z.string(), ''),
  LIVEKIT_API_SECRET: setting(z.string(), ''),
  RECORDINGS_URL: elsewhere(
    bucketAddress,
    'it has to be a bucket with its endpoint, such as https://s3.example.org/recordings.',
  ),
  RECORDINGS_REGION: setting(z.string(), ''),
  RECORDINGS_KEY: setting(z.string(), ''),
  RECORDINGS_SECRET: setting(z.string(), ''),
  PARLEY_DATA_DIR: setting(z.string(), '.parley'),
  PARLEY_CONFIRM_EMAIL: setting(z.enum(['0', '1'], { error: 'it has to be 1 or 0.' }), '0'),
  PARLEY_RATE_LIMITS: setting(z.enum(['on', 'off'], { error: 'it has to be on or off.' }), 'on'),
})

/** The settings that an environment asks for. Throws Advice with a line for each that does not fit. */
export function settingsFrom(env: NodeJS.ProcessEnv): Settings {
  const read = Environment.safeParse(env)
  if (!read.success) {
    const lines = read.error.issues.map(({ path: [name = ''], message }) => {
      return `${String(name)} is "${env[String(name)]}": ${message}`
    })
    throw new Advice(lines.join('\n'))
  }
  const { data } = read
  return {
    dataDir: resolve(repository, data.PARLEY_DATA_DIR),
    pagePort: data.PARLEY_PORT,
    supabasePort: data.PARLEY_SUPABASE_PORT,
    postgresPort: data.PARLEY_POSTGRES_PORT,
    confirmEmail: data.PARLEY_CONFIRM_EMAIL === '1',
    rateLimits: data.PARLEY_RATE_LIMITS,
    recordings: recordingsOf(data),
    livekit: data.PARLEY_LIVEKIT === 'on' ? livekitOf(data) : null,
  }
}

function recordingsOf(data: z.infer<typeof Environment>): Record<string, string> {
  const { RECORDINGS_URL, RECORDINGS_REGION, RECORDINGS_KEY, RECORDINGS_SECRET } = data
  const given = { RECORDINGS_URL, RECORDINGS_REGION, RECORDINGS_KEY, RECORDINGS_SECRET }
  const missing = missingForRecordings(given)
  if (missing.length > 0) throw new Advice(`To record meetings, set ${missing.join(' and ')} too.`)
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''))
}

function livekitOf(data: z.infer<typeof Environment>): LiveKitSettings {
  const { PARLEY_LIVEKIT_PORT: http, PARLEY_LIVEKIT_TCP_PORT: tcp, PARLEY_LIVEKIT_UDP_PORT: udp } = data
  const { LIVEKIT_URL, LIVEKIT_API_URL, LIVEKIT_API_KEY, LIVEKIT_API_SECRET } = data
  return { ports: { http, tcp, udp }, given: { LIVEKIT_URL, LIVEKIT_API_URL, LIVEKIT_API_KEY, LIVEKIT_API_SECRET } }
}
