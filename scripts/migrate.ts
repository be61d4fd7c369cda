import postgres from 'postgres'
import { Advice } from './lib/advice.ts'
import { databaseUrl } from './lib/database-url.ts'
import { migrate } from './lib/migrate.ts'

/**
 * npm run migrate -- [url]: apply the pending migrations to a database. Without an url, DATABASE_URL, else the one that
 * `npm start` runs (which migrates by itself).
 */
async function main(): Promise<void> {
  const url = process.argv[2] ?? databaseUrl(process.env, 'npm run migrate -- postgres://…')
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  try {
    const applied = await migrate(sql)
    console.log(applied.length === 0 ? 'Nothing to do: every migration is applied.' : `Applied ${applied.join(', ')}.`)
  } finally {
    await sql.end()
  }
}

try {
  await main()
} catch (error) {
  if (!(error instanceof Advice)) throw error
  console.error(error.message)
  process.exitCode = 1
}
