import type postgres from 'postgres'

/**
 * Take the indexes and references of these tables down until the transaction has written its rows; what it answers puts
 * them back exactly as they were. Built from all rows at once they cost a third, and references are checked in one go.
 * Keys and what is unique stay. It locks the tables.
 */
export async function takeDown(tx: postgres.TransactionSql, tables: string[]): Promise<() => Promise<void>> {
  const references = await tx<{ name: string; of: string; definition: string }[]>`
    select quote_ident(conname) as name, conrelid::regclass::text as of, pg_get_constraintdef(oid) as definition
    from pg_constraint where contype = 'f' and conrelid = any (${tables}::regclass[]) order by conrelid, conname`
  const indexes = await tx<{ name: string; definition: string }[]>`
    select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition
    from pg_index where indrelid = any (${tables}::regclass[]) and not indisunique order by 1`
  for (const { name, of } of references) await tx.unsafe(`alter table ${of} drop constraint ${name}`)
  for (const { name } of indexes) await tx.unsafe(`drop index ${name}`)
  return async () => {
    for (const { definition } of indexes) await tx.unsafe(definition)
    for (const { name, of, definition } of references)
      await tx.unsafe(`alter table ${of} add constraint ${name} ${definition}`)
  }
}
