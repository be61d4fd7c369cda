import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs'
import { join } from 'node:path'
import postgres from 'postgres'
import { type Database, runDatabase } from './database.ts'
import { guard } from './guard.ts'
import { type Keys, keysOf } from './keys.ts'
import { Mailbox } from './mailbox.ts'
import { findMedia, noMedia } from './media.ts'
import { prepareLite, serveLite } from './lite.ts'
import { applyPrelude, migrate } from './migrate.ts'
import { stopPostgres } from './postgres.ts'
import { assertFree } from './ports.ts'
import { type Report, silentReport } from './report.ts'
import type { Settings } from './settings.ts'
import { keepingSignals } from './signals.ts'
import { buildWeb } from './web.ts'
import { buildWorker, startWorker } from './worker.ts'

/**
 * What a system is started with beside its settings. `page: 'build'` builds the web client and serves it,
 * `'none'` serves the API alone. `durable: false` is for tests. `signal` gives up between two steps.
 */
export type SystemOptions = Omit<Settings, 'confirmEmail' | 'rateLimits' | 'livekit' | 'recordings'> & {
  /** None unless it is said: what measures and tests the chat needs no sound. */
  livekit?: Settings['livekit']
  recordings?: Settings['recordings']
  confirmEmail?: boolean
  /** Where links in mails lead, where the page is served elsewhere. */
  siteUrl?: string
  page: 'build' | 'none'
  /** Off unless it is said: what measures and tests sends more than people do. */
  rateLimits?: Settings['rateLimits']
  durable?: boolean
  report?: Report
  signal?: AbortSignal
}

/** A whole Parley: Postgres, Supabase's Auth and Data API over it, the worker with its objects, and the page. */
export type System = {
  pageUrl: string
  supabaseUrl: string
  /** As the owner of everything. */
  postgresUrl: string
  keys: Keys
  database: Database
  /** Where calls get sound and picture, for the person who started it. */
  livekit(): string
  /** Run another build of the worker. */
  reloadWorker(script: string): Promise<void>
  /** Stop everything in order: LiveKit, worker, Supabase, Postgres. */
  stop(): Promise<void>
}

/** The folder of a system's database. */
export function postgresDirOf(dataDir: string): string {
  return join(dataDir, 'postgres')
}

/** Start a system. What it started is stopped again if a later part fails. */
export async function startSystem(options: SystemOptions): Promise<System> {
  const { dataDir, pagePort, supabasePort, postgresPort, report = silentReport } = options
  const { siteUrl = `http://127.0.0.1:${pagePort}` } = options
  const postgresDir = postgresDirOf(dataDir)
  const keys = keysOf(dataDir)
  // What an earlier run left behind holds this run's port.
  await stopPostgres(postgresDir)
  await assertFree(pagePort, 'PARLEY_PORT')
  await assertFree(supabasePort, 'PARLEY_SUPABASE_PORT')
  await assertFree(postgresPort, 'PARLEY_POSTGRES_PORT')
  const log = logs(dataDir)
  const media = options.livekit
    ? await findMedia(options.livekit, {
        ...{ dataDir, keys, note: report.note, onLog: log.to('livekit') },
        webhookUrl: `http://127.0.0.1:${pagePort}/api/v1/livekit/webhook`,
      })
    : noMedia

  const stops: (() => unknown)[] = []
  const stop = async () => {
    for (const end of stops.splice(0).reverse()) await end()
  }
  const step = <T>(what: string, work: () => Promise<T>): Promise<T> => {
    options.signal?.throwIfAborted()
    return report.step(what, () => keepingSignals(work))
  }
  try {
    stops.push(log.close)
    const guardian = guard(postgresDir)
    stops.push(guardian.release)

    const database = await step('PostgreSQL 17', () =>
      runDatabase(
        {
          dataDir: postgresDir,
          port: postgresPort,
          password: keys.postgresPassword,
          durable: options.durable ?? true,
          onLog: log.to('postgres'),
        },
        report.note,
      ),
    )
    stops.push(database.close)
    await step('Tables and policies', () => prepareDatabase(database.url, keys))

    const supabase = await step('Supabase Auth and Data', () =>
      serveLite(database.url, supabasePort, keys, log.to('supabase'), {
        ...{ box: new Mailbox(dataDir), siteUrl, confirm: options.confirmEmail ?? false },
      }),
    )
    stops.push(supabase.close)

    const page = options.page === 'build' ? join(dataDir, 'page') : null
    if (page) await step('Web client built', () => buildWeb(page, media.settings['LIVEKIT_URL']))
    const script = await step('Worker built', buildWorker)
    const worker = await step('Worker and rooms', () =>
      startWorker(script, {
        port: pagePort,
        objectsDir: join(dataDir, 'objects'),
        page,
        onLog: log.to('worker'),
        secrets: {
          SUPABASE_URL: supabase.url,
          SUPABASE_ANON_KEY: keys.anonKey,
          SUPABASE_SERVICE_KEY: keys.serviceKey,
          SUPABASE_JWT_SECRET: keys.jwtSecret,
          PARLEY_SECRET: keys.parleySecret,
          PARLEY_MAIL_URL: `${supabase.url}/mailbox/send`,
          PARLEY_MAIL_KEY: keys.serviceKey,
          PARLEY_MAIL_FROM: 'Parley <meet@parley.test>',
          PARLEY_RATE_LIMITS: options.rateLimits ?? 'off',
          ...media.settings,
          ...options.recordings,
        },
      }),
    )
    stops.push(worker.stop)
    // Before the worker goes it says good-bye to everyone, and the worker hears of that.
    stops.push(media.close)
    media.run()

    return {
      pageUrl: worker.url,
      supabaseUrl: supabase.url,
      postgresUrl: database.url,
      keys,
      database,
      livekit: media.address,
      reloadWorker: worker.reload,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

async function prepareDatabase(url: string, keys: Keys): Promise<void> {
  const sql = postgres(url, { max: 2, onnotice: () => {} })
  try {
    await applyPrelude(sql)
    await prepareLite(url, keys)
    await migrate(sql)
  } finally {
    await sql.end()
  }
}

// One file each, from the last start on: enough to see why, and it cannot grow for ever.
function logs(dataDir: string): { to(name: string): (line: string) => void; close(): void } {
  const folder = join(dataDir, 'logs')
  mkdirSync(folder, { recursive: true })
  const files: WriteStream[] = []
  return {
    to(name) {
      const file = createWriteStream(join(folder, `${name}.log`))
      files.push(file)
      return (line) => file.write(`${new Date().toISOString()} ${line}\n`)
    },
    close: () => files.forEach((file) => file.end()),
  }
}
