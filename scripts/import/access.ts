import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Advice } from '../lib/advice.ts'
import { keysOf } from '../lib/keys.ts'

/** What an owner's command may use: the service key, and the database's address. */
export type Access = { serviceKey: string; databaseUrl: string | null }

/**
 * From the environment (SUPABASE_SERVICE_KEY, DATABASE_URL), else from the keys of the local system. The local key is
 * never sent to a server elsewhere. Throws Advice when there is no key.
 */
export function access(env: Readonly<Record<string, string | undefined>>, server: string): Access {
  const local = localAccess(env)
  const key = env.SUPABASE_SERVICE_KEY
  if (key !== undefined && key !== '')
    return { serviceKey: key, databaseUrl: env.DATABASE_URL ?? local?.databaseUrl ?? null }
  if (!isLocal(server)) throw new Advice(`For ${server}, set SUPABASE_SERVICE_KEY to its service key.`)
  if (local === null) throw new Advice('Parley has not run here yet: start it with npm start, then import again.')
  return { ...local, databaseUrl: env.DATABASE_URL ?? local.databaseUrl }
}

function localAccess(
  env: Readonly<Record<string, string | undefined>>,
): { serviceKey: string; databaseUrl: string } | null {
  const dataDir = env.PARLEY_DATA_DIR ?? resolve(import.meta.dirname, '../../.parley')
  if (!existsSync(join(dataDir, 'keys.json'))) return null
  const { serviceKey, postgresPassword } = keysOf(dataDir)
  const port = env.PARLEY_POSTGRES_PORT ?? '54322'
  return {
    serviceKey,
    databaseUrl: `postgres://postgres:${encodeURIComponent(postgresPassword)}@127.0.0.1:${port}/postgres`,
  }
}

function isLocal(server: string): boolean {
  return ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(server).hostname)
}
