import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type postgres from 'postgres'
import { Advice } from './advice.ts'

/** One file of supabase/migrations: `<version>_<name>.sql`. */
export type Migration = { version: string; name: string; statements: string }

/** Where this repository keeps its migrations. */
export const migrationsFolder = resolve(import.meta.dirname, '../../supabase/migrations')

/** The migrations of a folder in their order. */
export function readMigrations(folder: string = migrationsFolder): Migration[] {
  return readdirSync(folder)
    .flatMap((file) => {
      const [, version, name] = /^(\d+)_(.+)\.sql$/.exec(file) ?? []
      return version && name ? [{ version, name, statements: readFileSync(join(folder, file), 'utf8') }] : []
    })
    .sort((a, b) => (a.version < b.version ? -1 : 1))
}

/** Make the roles that a hosted Supabase project has. As the server's owner, before the migrations; repeatable. */
export async function applyPrelude(sql: postgres.Sql): Promise<void> {
  await sql.unsafe(readFileSync(join(migrationsFolder, '../prelude.sql'), 'utf8'))
}

/**
 * Apply what is pending, in order, each in a transaction of its own, and answer the versions applied. They are recorded
 * where the Supabase CLI records them, so that `supabase db push` agrees. Schema auth must exist. Throws Advice when an
 * applied migration was changed since or is missing here.
 */
export async function migrate(sql: postgres.Sql, migrations: Migration[] = readMigrations()): Promise<string[]> {
  // One connection, for the lock: two starts at once must not both see the same migration as pending.
  const connection = await sql.reserve()
  try {
    await connection`select pg_advisory_lock(hashtext('parley.migrate'))`
    try {
      await connection.unsafe(ledger)
      return await applyPending(connection, migrations)
    } finally {
      await connection`select pg_advisory_unlock(hashtext('parley.migrate'))`
    }
  } finally {
    connection.release()
  }
}

// The Supabase CLI's own table.
const ledger = `
  set client_min_messages = warning;
  create schema if not exists supabase_migrations;
  create table if not exists supabase_migrations.schema_migrations (version text not null primary key);
  alter table supabase_migrations.schema_migrations add column if not exists statements text[];
  alter table supabase_migrations.schema_migrations add column if not exists name text;
`

async function applyPending(connection: postgres.ReservedSql, migrations: Migration[]): Promise<string[]> {
  const rows = await connection<{ version: string; statements: string[] | null }[]>`
    select version, statements from supabase_migrations.schema_migrations order by version`
  const applied = new Map(rows.map((row) => [row.version, row.statements]))
  refuseChanged(applied, migrations)
  const pending = migrations.filter(({ version }) => !applied.has(version))
  for (const { version, name, statements } of pending) {
    try {
      await connection.unsafe('begin')
      await connection.unsafe(statements)
      await connection`
        insert into supabase_migrations.schema_migrations (version, name, statements)
        values (${version}, ${name}, ${[statements]})`
      await connection.unsafe('commit')
    } catch (error) {
      await connection.unsafe('rollback')
      const reason = error instanceof Error ? error.message : String(error)
      throw new Error(`Migration ${version}_${name} failed, and nothing of it was kept: ${reason}`, { cause: error })
    }
  }
  return pending.map(({ version }) => version)
}

function refuseChanged(applied: Map<string, string[] | null>, migrations: Migration[]): void {
  const known = new Map(migrations.map((migration) => [migration.version, migration]))
  for (const [version, statements] of applied) {
    const here = known.get(version)
    // Statements are missing where another tool only marked the migration as applied.
    if (here && (!statements || checksum(statements.join('')) === checksum(here.statements))) continue
    const what = here
      ? 'was changed since it was applied to this database'
      : 'is in this database and not in this folder'
    throw new Advice(
      `Migration ${version} ${what}.\n` +
        'Until Parley is 1.0 its migrations may still change. Either remove the data folder (.parley, or PARLEY_DATA_DIR) and start\n' +
        'again with an empty database, or go back to the version of Parley that made this one.',
    )
  }
}

// The Supabase CLI stores a file split into statements, without the semicolons and line ends between them.
function checksum(statements: string): string {
  return createHash('sha256')
    .update(statements.replace(/[\s;]+/g, ''))
    .digest('hex')
}
