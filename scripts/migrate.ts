import { existsSync } from 'node:fs'
import { join } from 'node:path'
import postgres from 'postgres'
import { Advice } from './lib/advice.ts'
import { keysOf } from './lib/keys.ts'
import { migrate } from './lib/migrate.ts'
import { settingsFrom } from './lib/settings.ts'

/**
 * npm run migrate -- [url]: apply the pending migrations to a database. Without an url, DATABASE_URL, else the one that
 * `npm start` runs (which migrates by itself).
 */
async function main(): Promise<void> {
  const url = process.argv[2] ?? process.env['DATABASE_URL'] ?? localUrl()
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  try {
    const applied = await migrate(sql)
    console.log(applied.length === 0 ? 'Nothing to do: every migration is applied.' : `Applied ${applied.join(', ')}.`)
  } finally {
    await sql.end()
  }
}

function localUrl(): string {
  const { dataDir, postgresPort } = settingsFrom(process.env)
  if (!existsSync(join(dataDir, 'keys.json'))) {
    throw new Advice('Which database? npm run migrate -- postgres://…, or set DATABASE_URL.')
  }
  return `postgres://postgres:${encodeURIComponent(keysOf(dataDir).postgresPassword)}@127.0.0.1:${postgresPort}/postgres`
}

try {
  await main()
} catch (error) {
  if (!(error instanceof Advice)) throw error
  console.error(error.message)
  process.exitCode = 1
}
