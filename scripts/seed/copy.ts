import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type postgres from 'postgres'

/** A field of a row; a list is an array of what needs no quotes. */
export type Value = string | number | boolean | null | readonly string[]

/** Send rows to a table, whose columns `into` names. */
export async function copy(tx: postgres.TransactionSql, into: string, rows: Iterable<Value[]>): Promise<void> {
  const sink = await tx.unsafe(`copy ${into} from stdin`).writable()
  await pipeline(Readable.from(lines(rows)), sink)
}

// In portions of about 64 kB: a write per row costs more than the row.
function* lines(rows: Iterable<Value[]>): Generator<Buffer> {
  let portion = ''
  for (const row of rows) {
    portion += `${row.map(field).join('\t')}\n`
    if (portion.length < 65_536) continue
    yield Buffer.from(portion)
    portion = ''
  }
  if (portion !== '') yield Buffer.from(portion)
}

function field(value: Value): string {
  if (value === null) return '\\N'
  if (typeof value === 'object') return `{${value.join(',')}}`
  return typeof value === 'string' ? value.replace(/[\\\t\n\r]/g, escape) : `${value}`
}

function escape(character: string): string {
  return { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }[character]!
}

/** A time in epoch milliseconds as Postgres reads it. */
export function iso(ms: number): string {
  return new Date(ms).toISOString()
}
