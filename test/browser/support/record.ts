import postgres from 'postgres'
import { inject } from 'vitest'
import { keysOf } from '../../../scripts/lib/keys.ts'

/** What Postgres holds of a room: the texts of its messages by seq, system rows left out. */
export async function recordedTexts(room: string): Promise<string[]> {
  const { dataDir, env } = inject('parley')
  const sql = postgres({
    ...{ host: '127.0.0.1', port: Number(env['PARLEY_POSTGRES_PORT']), database: 'postgres', username: 'postgres' },
    ...{ password: keysOf(dataDir).postgresPassword, max: 1, onnotice: () => undefined },
  })
  try {
    const rows = await sql<{ content: string }[]>`
      select content from public.messages where room_id = ${room} and type <> 'system' order by seq`
    return rows.map((row) => row.content)
  } finally {
    await sql.end()
  }
}
