import { randomBytes } from 'node:crypto'
import postgres from 'postgres'
import { prepareLite } from '../lib/lite.ts'
import { applyPrelude, migrate } from '../lib/migrate.ts'
import { scratchPostgres } from '../lib/postgres.ts'

/** A database on a server of its own, made as `npm start` makes one: Supabase's roles, schema auth, the migrations. */
export async function withMigratedDatabase<T>(work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const server = await scratchPostgres()
  const sql = postgres(server.url, { max: 2, onnotice: () => {} })
  try {
    await applyPrelude(sql)
    const key = () => randomBytes(32).toString('base64url')
    await prepareLite(server.url, { anonKey: key(), serviceKey: key(), jwtSecret: key(), litePassword: key() })
    await migrate(sql)
    return await work(sql)
  } finally {
    await sql.end()
    await server.stop()
  }
}
