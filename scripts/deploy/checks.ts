import type { Unstable_Config } from 'wrangler'
import { requestLimits } from '../../protocol/limits.ts'

/** What is read of wrangler.toml. */
export type Configuration = Pick<
  Unstable_Config,
  'main' | 'compatibility_flags' | 'durable_objects' | 'migrations' | 'ratelimits' | 'vars' | 'assets'
>

/** What is wrong with what would be deployed, a line for each. `live`: people will use it, so a local address is wrong too. */
export function faultsOf(config: Configuration, live: boolean): string[] {
  return [...flags(config), ...objects(config), ...limiters(config), ...files(config), ...(live ? hosted(config) : [])]
}

function flags({ main, compatibility_flags: set }: Configuration): string[] {
  const missing = ['nodejs_compat', 'no_web_socket_compression'].filter((flag) => !set.includes(flag))
  return [
    ...(main ? [] : ['wrangler.toml names no program (main).']),
    ...missing.map((flag) => `wrangler.toml lacks the compatibility flag ${flag}.`),
  ]
}

/** Each object is bound, and keeps its storage in SQLite from its first migration on. */
function objects({ durable_objects: { bindings }, migrations }: Configuration): string[] {
  const made = new Set(migrations.flatMap(({ new_sqlite_classes: classes }) => classes ?? []))
  const bound = new Set(bindings.map(({ class_name: name }) => name))
  const tags = migrations.map(({ tag }) => tag)
  return [
    ...['Room', 'Inbox', 'Tries'].filter((name) => !bound.has(name)).map((name) => `${name} is not bound.`),
    ...[...bound].filter((name) => !made.has(name)).map((name) => `No migration makes ${name}.`),
    ...tags
      .filter((tag, place) => tags.indexOf(tag) !== place)
      .map((tag) => `The migration ${tag} stands there twice.`),
  ]
}

/** Cloudflare takes the numbers from the file, so they are compared with the program's. */
function limiters({ ratelimits }: Configuration): string[] {
  const found = new Map(ratelimits.map((each) => [each.name, each.simple]))
  const spaces = ratelimits.map(({ namespace_id: space }) => space)
  const wrong = Object.entries(requestLimits).flatMap(([pace, { periodSeconds, ...most }]) =>
    Object.entries(most).flatMap(([by, limit]) => {
      const name = `RATE_${pace}_${by}`.toUpperCase()
      const simple = found.get(name)
      if (simple?.limit === limit && simple.period === periodSeconds) return []
      return [`${name} should allow ${limit} in ${periodSeconds} s, as protocol/limits.ts says.`]
    }),
  )
  return [...wrong, ...(new Set(spaces).size < spaces.length ? ['Two rate limits share a namespace_id.'] : [])]
}

/** What the worker answers itself must not be taken for a file. */
function files({ assets }: Configuration): string[] {
  const first = assets?.run_worker_first
  const all = Array.isArray(first) ? first : []
  const missing = ['/api/*', '/healthz', '/readyz', '/problems/*'].filter(
    (path) => first !== true && !all.includes(path),
  )
  return missing.map((path) => `The worker does not come first for ${path} (run_worker_first).`)
}

function hosted({ vars }: Configuration): string[] {
  const url = URL.parse(typeof vars['SUPABASE_URL'] === 'string' ? vars['SUPABASE_URL'] : '')
  if (url?.protocol === 'https:') return []
  return ['SUPABASE_URL in wrangler.toml has to be the https address of your Supabase project.']
}

/** A file that is uploaded, by its path and its bytes. */
export interface Upload {
  path: string
  bytes: number
}

// Cloudflare's own limits: a worker, compressed, on the free plan; a file, and how many there may be.
const workerBytes = 3_000_000
const fileBytes = 25 * 1_048_576
const fileCount = 20_000

/** What Cloudflare would not take for its size. */
export function tooLarge(workerGzip: number, uploads: readonly Upload[]): string[] {
  return [
    ...(workerGzip > workerBytes
      ? [`The worker has ${workerGzip} bytes, compressed; ${workerBytes} are allowed.`]
      : []),
    ...uploads.filter(({ bytes }) => bytes > fileBytes).map(({ path, bytes }) => `${path} has ${bytes} bytes.`),
    ...(uploads.length > fileCount ? [`The page has ${uploads.length} files; ${fileCount} are allowed.`] : []),
  ]
}
