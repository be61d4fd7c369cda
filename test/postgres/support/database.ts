import { randomUUID } from 'node:crypto'
import postgres from 'postgres'
import { inject, onTestFinished } from 'vitest'
import { database } from './server.ts'

/** A connection as the owner; every bigint of ours fits a number. */
export type Sql = ReturnType<typeof connect>
/** The same inside a transaction. */
export type Tx = Parameters<Parameters<Sql['begin']>[1]>[0]

/** A database of one's own, copied from a template, gone with the server. */
export async function freshDatabase(template: 'bare' | 'migrated' = 'migrated'): Promise<Sql> {
  const url = inject('postgresUrl')
  const name = `test_${randomUUID().replaceAll('-', '')}`
  const owner = postgres(url, { max: 1 })
  // Two files at once must not copy the template at once: Postgres refuses to copy a database in use.
  await owner.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(1)`
    const copier = postgres(url, { max: 1 })
    await copier.unsafe(`create database ${name} template ${template}`)
    await copier.end()
  })
  await owner.end()
  return connect(database(url, name))
}

/** A database that stands already. */
export function openDatabase(name: string): Sql {
  return connect(database(inject('postgresUrl'), name))
}

/** Another connection to the same database, for what two do at once. */
export async function secondConnection(sql: Sql): Promise<Sql> {
  const url = inject('postgresUrl')
  const [row] = await sql<{ name: string }[]>`select current_database() as name`
  const other = connect(database(url, row!.name))
  onTestFinished(() => other.end())
  return other
}

/** Resolves when a query waits for a lock that this connection (or process) holds, with the process that waits. */
export async function waitingFor(sql: Sql, holder: Pick<Sql, 'unsafe'> | number): Promise<number> {
  const pid =
    typeof holder === 'number' ? holder : ((await holder.unsafe('select pg_backend_pid() as pid'))[0]!['pid'] as number)
  for (;;) {
    const [waiting] = await sql`select pid from pg_stat_activity where ${pid} = any(pg_blocking_pids(pid)) limit 1`
    if (waiting) return waiting['pid'] as number
  }
}

function connect(url: string) {
  return postgres(url, {
    max: 4,
    onnotice: () => {},
    types: { bigint: { to: 20, from: [20], serialize: String, parse: Number } },
  })
}
