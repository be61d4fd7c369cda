import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { type Postgres, type PostgresOptions, startPostgres } from './postgres.ts'

/** A Postgres that is started again when it dies by itself, and left alone when somebody stopped it by hand. */
export type Database = {
  url: string
  /** Start it if it is down and nobody wants it down: after `release`, without waiting for the next try. */
  resume(): Promise<void>
  close(): Promise<void>
}

// 10 s: long enough for what a crash left behind to go, short enough to be there again before anyone looks for it.
const restartAfterMs = 10_000

/** Run the Postgres of a data folder; `note` hears of every end and every new start. */
export async function runDatabase(options: PostgresOptions, note: (line: string) => void): Promise<Database> {
  release(options.dataDir)
  let server: Postgres | null = null
  let starting: Promise<void> | null = null
  let retry: NodeJS.Timeout | undefined
  let closed = false

  async function start(): Promise<void> {
    const started = await startPostgres(options)
    server = started
    void started.ended.then((lines) => {
      server = null
      if (!closed) onEnd(lines.at(-1) ?? 'it said nothing')
    })
  }

  function onEnd(reason: string): void {
    if (held(options.dataDir)) return note('Postgres was stopped by hand:  npm run postgres -- start  brings it back.')
    note(`Postgres stopped by itself (${reason}). It is started again in ${restartAfterMs / 1000} s.`)
    retry = setTimeout(() => void resume(), restartAfterMs)
  }

  async function resume(): Promise<void> {
    clearTimeout(retry)
    if (closed || server || held(options.dataDir)) return
    starting ??= start()
      .then(
        () => note('Postgres is up again.'),
        (error: Error) => onEnd(error.message),
      )
      .finally(() => (starting = null))
    await starting
  }

  await start()
  return {
    url: server!.url,
    resume,
    async close() {
      closed = true
      clearTimeout(retry)
      await starting
      await server?.stop()
    },
  }
}

/** Let the Postgres of a data folder stay down when it is stopped. */
export function hold(postgresDir: string): void {
  writeFileSync(holdFile(postgresDir), '')
}

/** The opposite of `hold`. */
export function release(postgresDir: string): void {
  rmSync(holdFile(postgresDir), { force: true })
}

/** Whether somebody wants the Postgres of a data folder down. */
export function held(postgresDir: string): boolean {
  return existsSync(holdFile(postgresDir))
}

function holdFile(postgresDir: string): string {
  return `${postgresDir}.stopped`
}
