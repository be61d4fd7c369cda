import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Advice } from './advice.ts'
import { keysOf } from './keys.ts'
import { settingsFrom } from './settings.ts'

/** The owner's address of the database that is meant: DATABASE_URL, else the one that `npm start` runs. */
export function databaseUrl(env: NodeJS.ProcessEnv, example: string): string {
  if (env['DATABASE_URL']) return env['DATABASE_URL']
  const { dataDir, postgresPort } = settingsFrom(env)
  if (!existsSync(join(dataDir, 'keys.json'))) throw new Advice(`Which database? ${example}, or set DATABASE_URL.`)
  return `postgres://postgres:${encodeURIComponent(keysOf(dataDir).postgresPassword)}@127.0.0.1:${postgresPort}/postgres`
}
