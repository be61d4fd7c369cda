import { SignJWT } from 'jose'
import type postgres from 'postgres'
import type { System } from '../../scripts/lib/system.ts'
import { freshId, roomOf, signUp } from '../support/people.ts'

/** People with accounts, and a token for each. Written past the front door: hashing a thousand passwords takes minutes. */
export async function peopleOf(system: System, sql: postgres.Sql, count: number): Promise<Member[]> {
  const secret = new TextEncoder().encode(system.keys.jwtSecret)
  const people = Array.from({ length: count }, (_, i) => ({ id: freshId(), name: `Person ${i}` }))
  const rows = people.map(({ id, name }) => {
    return { id, email: `${id}@parley.test`, raw_user_meta_data: sql.json({ display_name: name }) }
  })
  for (let i = 0; i < rows.length; i += 500) await sql`insert into auth.users ${sql(rows.slice(i, i + 500))}`
  const token = (id: string) =>
    new SignJWT({ role: 'authenticated', email: `${id}@parley.test` })
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(id)
      .setAudience('authenticated')
      .setExpirationTime('1h')
      .sign(secret)
  return await Promise.all(people.map(async ({ id }) => ({ id, token: await token(id) })))
}

export type Member = { id: string; token: string }

/** A room of these people, which has not been opened yet. */
export async function roomWith(system: System, sql: postgres.Sql, members: readonly Member[]): Promise<string> {
  const room = await roomOf(system.pageUrl, await signUp(system.pageUrl, 'Owner'))
  const rows = members.map(({ id }) => ({ room_id: room, user_id: id, role: 'member' }))
  for (let i = 0; i < rows.length; i += 500) {
    await sql`insert into public.room_participants ${sql(rows.slice(i, i + 500))}`
  }
  return room
}
