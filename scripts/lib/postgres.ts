import { spawn, spawnSync } from 'node:child_process'
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { Advice } from './advice.ts'
import { guard } from './guard.ts'
import { freePort, taken } from './ports.ts'
import { installedRelease, postgresPrograms, type Release } from './postgres-programs.ts'
import { unprivileged } from './unprivileged.ts'

export { freePort }

/**
 * A real PostgreSQL 17 from npm, listening on 127.0.0.1 alone. Its superuser is `postgres`, its database `postgres`.
 * `durable: false` gives up safety against power cuts for speed, `release` takes another PostgreSQL: both for tests.
 */
export type PostgresOptions = {
  dataDir: string
  port: number
  password: string
  durable?: boolean
  release?: Release
  onLog?: (line: string) => void
}

/** A running server. `ended` settles when its process is gone, with the last lines that it wrote. */
export type Postgres = { url: string; pid: number; ended: Promise<string[]>; stop(): Promise<void> }

/** What a data folder's server is doing. */
export type PostgresStatus = { state: 'running'; pid: number; port: number } | { state: 'stopped' }

// Written when the folder is complete, so that an interrupted initdb is not taken for a database.
const marker = 'parley-complete'

// 20 s: a fast shutdown writes one checkpoint; whoever takes longer is cut off and recovers at the next start.
const stopWithinMs = 20_000

/**
 * Start the server of a data folder, which is made first if it is missing; resolves when it accepts connections.
 * A server that an earlier run left behind is stopped first. Throws Advice for a half-written folder or a taken port.
 */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const dataDir = resolve(options.dataDir)
  const { port, durable = true, release = installedRelease(), onLog } = options
  await prepare(dataDir, options.password, release)
  await stopPostgres(dataDir)
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    wal_level: 'logical',
    jit: 'off',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  }
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const server = run(postgresPrograms(release).postgres, ['-D', dataDir, '-p', `${port}`, ...flags], dataDir)
  const lines: string[] = []
  const ended = new Promise<string[]>((settle) =>
    server.once('close', (_code, signal) => settle(signal ? [...lines, `killed by ${signal}`] : lines)),
  )
  await new Promise<void>((ready, failed) => {
    createInterface({ input: server.stderr }).on('line', (line) => {
      lines.push(line)
      if (lines.length > 40) lines.shift()
      onLog?.(line)
      if (line.includes('database system is ready to accept connections')) ready()
    })
    server.once('error', failed)
    void ended.then(() => failed(startFailure(lines, port)))
  })
  return {
    url: `postgres://postgres:${encodeURIComponent(options.password)}@127.0.0.1:${port}/postgres`,
    pid: server.pid!,
    ended,
    async stop() {
      await stopPostgres(dataDir)
      await ended
    },
  }
}

/** Stop the server of a data folder, whoever started it: open transactions are rolled back. Says whether one ran. */
export async function stopPostgres(dataDir: string): Promise<boolean> {
  const status = postgresStatus(dataDir)
  if (status.state === 'stopped') return false
  process.kill(status.pid, 'SIGINT')
  const deadline = Date.now() + stopWithinMs
  while (isPostgres(status.pid)) {
    if (Date.now() > deadline) process.kill(status.pid, 'SIGQUIT')
    await sleep(20)
  }
  return true
}

/** Whether the server of a data folder runs. */
export function postgresStatus(dataDir: string): PostgresStatus {
  const file = join(dataDir, 'postmaster.pid')
  if (!existsSync(file)) return { state: 'stopped' }
  const [pid, , , port] = readFileSync(file, 'utf8').split('\n').map(Number)
  return pid && isPostgres(pid) ? { state: 'running', pid, port: port ?? 0 } : { state: 'stopped' }
}

/** A server of its own for a test, in a folder that goes with it. */
export async function scratchPostgres(release: Release = installedRelease()): Promise<Postgres> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-postgres-'))
  const guardian = guard(join(folder, 'data'))
  const remove = () => {
    guardian.release()
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const port = await freePort()
    const dataDir = join(folder, 'data')
    const server = await startPostgres({ dataDir, port, password: 'scratch', durable: false, release })
    return { ...server, stop: () => server.stop().finally(remove) }
  } catch (error) {
    remove()
    throw error
  }
}

async function prepare(dataDir: string, password: string, release: Release): Promise<void> {
  if (existsSync(join(dataDir, marker))) {
    const version = readFileSync(join(dataDir, 'PG_VERSION'), 'utf8').trim()
    if (version === `${release.major}`) return
    throw new Advice(
      `${dataDir} was made by PostgreSQL ${version}; this is ${release.major}. Move it away, then start again.`,
    )
  }
  if (existsSync(dataDir) && readdirSync(dataDir).length > 0) {
    throw new Advice(
      `The database folder is half-written: its set-up was interrupted. Nothing of yours is in it yet.\n` +
        `Remove it, then start again:  rm -rf ${dataDir}`,
    )
  }
  mkdirSync(dataDir, { recursive: true, mode: 0o755 })
  const passwordFile = `${dataDir}.password`
  const ctype = utf8Locale()
  const args = [
    `--pgdata=${dataDir}`,
    '--username=postgres',
    '--auth=scram-sha-256',
    `--pwfile=${passwordFile}`,
    '--encoding=UTF8',
    // Before 17 there is no locale of its own, and lc_ctype folds all case.
    ...(release.major >= 17 ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8'] : []),
    '--locale=C',
    // Full-text search folds case by lc_ctype, whatever the provider is.
    ...(ctype ? [`--lc-ctype=${ctype}`] : []),
    // Of use against a power cut during set-up only, and then the marker below is missing.
    '--no-sync',
  ]
  const { initdb } = postgresPrograms(release)
  const { owner } = unprivileged(initdb, [], dataDir)
  rmSync(passwordFile, { force: true })
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 })
  try {
    if (owner) for (const path of [dataDir, passwordFile]) chownSync(path, owner.uid, owner.gid)
    const child = run(initdb, args, dataDir)
    let said = ''
    child.stderr.on('data', (chunk) => (said += chunk))
    const code = await new Promise((closed, failed) => child.once('close', closed).once('error', failed))
    if (code !== 0) throw new Error(`initdb ended with ${code}: ${said.trim()}`)
    writeFileSync(join(dataDir, marker), '')
  } finally {
    rmSync(passwordFile, { force: true })
  }
}

function run(program: string, args: string[], dataDir: string) {
  const { command, args: all, options } = unprivileged(program, args, dataDir)
  const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' }
  // A group of its own: Ctrl-C reaches the terminal's group at once, and Postgres has to be the last to go.
  return spawn(command, all, { ...options, env, detached: true, stdio: ['ignore', 'ignore', 'pipe'] })
}

function startFailure(lines: string[], port: number): Error {
  const said = lines.join('\n')
  if (/Address already in use|could not bind/.test(said)) {
    return taken(port, 'PARLEY_POSTGRES_PORT')
  }
  return new Error(`Postgres did not start:\n${said}`)
}

function utf8Locale(): string | undefined {
  if (process.platform === 'win32') return undefined
  const { stdout } = spawnSync('locale', ['-a'], { encoding: 'utf8' })
  // Without the program nobody knows, and this one is built into every C library of the last years.
  const known = stdout?.split('\n') ?? ['C.UTF-8']
  return [/^C\.utf-?8$/i, /^en_US\.utf-?8$/i, /\.utf-?8$/i].flatMap((like) =>
    known.filter((name) => like.test(name)),
  )[0]
}

// A pid may have gone to another program since the machine was restarted.
function isPostgres(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  if (process.platform !== 'linux') return true
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('postgres')
  } catch {
    return false
  }
}
