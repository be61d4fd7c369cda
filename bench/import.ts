import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import postgres from 'postgres'
import { sample } from '../scripts/import/sample.ts'
import { parseChat } from '../scripts/import/whatsapp.ts'
import type { System } from '../scripts/lib/system.ts'
import { freshId, roomOf, signUp } from './support/people.ts'
import { printTable } from './support/table.ts'
import { withSystem } from './support/with-system.ts'

const messages = 50_000
const targetSeconds = 60

/** npm run bench -- import: a long export into a room, twice, beside bare inserts of the same messages. */
async function importing(system: System, dataDir: string): Promise<void> {
  const file = join(dataDir, '_chat.txt')
  const export_ = sample({ seed: 1, messages, form: 'ios' })
  writeFileSync(file, export_)
  const room = await roomOf(system.pageUrl, await signUp(system.pageUrl, 'Ada'))
  const sql = postgres(system.postgresUrl, { max: 1, onnotice: () => {} })
  const recorded = async () => {
    const [row] = await sql<{ count: number }[]>`select count(*)::int from messages where room_id = ${room}`
    return row!.count
  }
  const first = await timed(() => runImport(system, file, room))
  const afterFirst = await recorded()
  const second = await timed(() => runImport(system, file, room))
  const afterSecond = await recorded()
  const bare = await timed(() => insertAll(sql, export_))
  await sql.end()

  const row = (name: string, seconds: number, added: number) => [
    ...[name, `${added}`, `${seconds.toFixed(1)} s`, (messages / seconds).toFixed(0)],
    `${(seconds / first).toFixed(2)} ×`,
  ]
  printTable(
    `An export of ${messages} messages`,
    ['', 'added', 'took', 'messages/s', 'to Parley'],
    [
      row('npm run import', first, afterFirst),
      row('the same again', second, afterSecond - afterFirst),
      row('bare inserts of 500 rows into one table', bare, messages),
      ['Target', `${messages}`, `< ${targetSeconds} s`, '', ''],
    ],
  )
  const held = first < targetSeconds && afterFirst === messages && afterSecond === messages
  console.log(`  Parley ${held ? 'holds' : 'does not hold'} the target.`)
}

async function runImport(system: System, file: string, room: string): Promise<void> {
  const script = resolve(import.meta.dirname, '../scripts/import.ts')
  const args = [script, file, '--room', room, '--server', system.pageUrl, '--time-zone', 'UTC']
  const program = spawn(process.execPath, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, SUPABASE_SERVICE_KEY: system.keys.serviceKey },
  })
  const ended = once(program, 'close')
  const said = await text(program.stderr)
  await ended
  if (program.exitCode !== 0) throw new Error(`The import ended with ${program.exitCode}: ${said}`)
}

async function insertAll(sql: postgres.Sql, export_: string): Promise<void> {
  const parsed = parseChat(export_, { timeZone: 'UTC', dateOrder: null })
  if (parsed.state !== 'read') throw new Error('The sample cannot be read.')
  await sql`create table bench_import (id uuid primary key, at timestamptz, name text, content text)`
  const rows = parsed.chat.messages.map(({ at, name, text }) => ({
    id: freshId(),
    at: new Date(at),
    name,
    content: text,
  }))
  for (let i = 0; i < rows.length; i += 500) await sql`insert into bench_import ${sql(rows.slice(i, i + 500))}`
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return (performance.now() - started) / 1_000
}

await withSystem(importing)
