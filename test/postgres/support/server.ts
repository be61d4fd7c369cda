import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import postgres from 'postgres'
import type { TestProject } from 'vitest/node'
import { applyPrelude, migrate } from '../../../scripts/lib/migrate.ts'
import { scratchPostgres } from '../../../scripts/lib/postgres.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    postgresUrl: string
  }
}

/** One server for the whole run, with two databases to copy: `bare` (roles and schema auth) and `migrated`. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await scratchPostgres()
  await makeTemplates(server.url)
  project.provide('postgresUrl', server.url)
  return () => server.stop()
}

/** Make the two databases to copy on an empty server. */
export async function makeTemplates(url: string): Promise<void> {
  const owner = postgres(url, { max: 1 })
  await applyPrelude(owner)
  await owner`create database bare`
  await using(database(url, 'bare'), async (sql) => {
    await sql.unsafe(readFileSync(join(import.meta.dirname, 'auth.sql'), 'utf8'))
  })
  await owner`create database migrated template bare`
  await using(database(url, 'migrated'), migrate)
  await owner.end()
}

/** The url of another database on the same server. */
export function database(url: string, name: string): string {
  const other = new URL(url)
  other.pathname = `/${name}`
  return other.href
}

async function using(url: string, work: (sql: postgres.Sql) => Promise<unknown>): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  await work(sql)
  await sql.end()
}
