import type { Sql, Tx } from './database.ts'

/** The people of the tests. */
export type Person = 'ada' | 'grace' | 'linus'

/** Their ids. Ada's is the smallest. */
export const people: Record<Person, string> = {
  ada: 'a0a00000-0000-4000-8000-000000000001',
  grace: 'a1ce0000-0000-4000-8000-000000000002',
  linus: 'b0000000-0000-4000-8000-000000000003',
}

/** Sign ada, grace and linus up. */
export async function signUp(sql: Sql): Promise<void> {
  for (const [name, id] of Object.entries(people)) {
    await sql`
      insert into auth.users (id, email, raw_user_meta_data)
      values (${id}, ${`${name}@example.org`}, ${sql.json({ display_name: name })})`
  }
}

/** Empty the database and sign them up again: quicker than another copy of the template. */
export async function startOver(sql: Sql): Promise<void> {
  await sql`truncate auth.users, parley.audit_log cascade`
  await signUp(sql)
}

/** Do something as a person would through the Data API, and keep what it did. */
export async function keepAs<T>(
  sql: Sql,
  person: Person | 'anon' | 'service',
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  return (await sql.begin(async (tx) => {
    await become(tx, person)
    return work(tx)
  })) as T
}

/** Do something as a person would, and roll it back. */
export async function as<T>(sql: Sql, person: Person | 'anon' | 'service', work: (tx: Tx) => Promise<T>): Promise<T> {
  let result: { value: T } | undefined
  try {
    await sql.begin(async (tx) => {
      await become(tx, person)
      result = { value: await work(tx) }
      throw undone
    })
  } catch (error) {
    if (error !== undone) throw error
  }
  return result!.value
}

/**
 * What became of an attempt, rolled back: `refused` with its SQL state, or how many rows it reached. A policy for update
 * or delete refuses by reaching no row.
 */
export async function attempt(
  sql: Sql,
  person: Person | 'anon' | 'service',
  work: (tx: Tx) => Promise<{ count: number }>,
): Promise<string> {
  try {
    return await as(sql, person, async (tx) => `${(await work(tx)).count} rows`)
  } catch (error) {
    if (error instanceof Error && 'code' in error) return `refused ${error.code}`
    throw error
  }
}

const undone = Symbol('undone')

async function become(tx: Tx, person: Person | 'anon' | 'service'): Promise<void> {
  const role = person === 'anon' ? 'anon' : person === 'service' ? 'service_role' : 'authenticated'
  await actAs(tx, role, people[person as Person] ?? '')
}

/** From here to the end of the transaction, act as this role, and as this person where the role has one. */
export async function actAs(tx: Tx, role: 'anon' | 'authenticated' | 'service_role', id: string): Promise<void> {
  const sub = role === 'authenticated' ? id : ''
  // Lite reads the single claims, hosted Supabase both.
  await tx`
    select set_config('request.jwt.claims', ${JSON.stringify({ sub, role })}, true),
      set_config('request.jwt.claim.sub', ${sub}, true), set_config('request.jwt.claim.role', ${role}, true),
      set_config('role', ${role}, true)`
}
