import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Advice } from '../lib/advice.ts'
import { keysOf } from '../lib/keys.ts'
import { settingsFrom } from '../lib/settings.ts'

/** What an owner's command may use: the service key, and the database's address. */
export type Access = { serviceKey: string; databaseUrl: string | null }

/**
 * From the environment (SUPABASE_SERVICE_KEY, DATABASE_URL), else from the keys of the local system. The local key is
 * never sent to a server elsewhere. Throws Advice when there is no key.
 */
export function access(env: NodeJS.ProcessEnv, server: string): Access {
  const local = localAccess(env)
  const key = env['SUPABASE_SERVICE_KEY']
  if (key !== undefined && key !== '')
    return { serviceKey: key, databaseUrl: env['DATABASE_URL'] ?? local?.databaseUrl ?? null }
  if (!isLocal(server)) throw new Advice(`For ${server}, set SUPABASE_SERVICE_KEY to its service key.`)
  if (local === null) throw new Advice('Parley has not run here yet: start it with npm start, then import again.')
  return { ...local, databaseUrl: env['DATABASE_URL'] ?? local.databaseUrl }
}

function localAccess(env: NodeJS.ProcessEnv): { serviceKey: string; databaseUrl: string } | null {
  const { dataDir, postgresPort } = settingsFrom(env)
  if (!existsSync(join(dataDir, 'keys.json'))) return null
  const { serviceKey, postgresPassword } = keysOf(dataDir)
  const login = `postgres:${encodeURIComponent(postgresPassword)}`
  return { serviceKey, databaseUrl: `postgres://${login}@127.0.0.1:${postgresPort}/postgres` }
}

function isLocal(server: string): boolean {
  return ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(server).hostname)
}
