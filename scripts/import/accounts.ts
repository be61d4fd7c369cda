import postgres from 'postgres'
import { Advice } from '../lib/advice.ts'

/** What the database knows of the people named by --as: ids by e-mail, and who is in the room (null: no such room). */
export type Known = { idByEmail: ReadonlyMap<string, string>; members: ReadonlySet<string> | null }

/**
 * Person ids by the names of a chat. Throws Advice when a name is not in the chat, an e-mail has no account, or the
 * account is not a member of the room.
 */
export function accounts(
  as: ReadonlyMap<string, string>,
  names: ReadonlySet<string>,
  { idByEmail, members }: Known,
): Map<string, string> {
  if (members === null) throw new Advice('There is no such room.')
  const found = new Map<string, string>()
  for (const [name, email] of as) {
    if (!names.has(name))
      throw new Advice(`Nobody in this chat is called ${name}. The names are: ${[...names].join(', ')}.`)
    const id = idByEmail.get(email)
    if (id === undefined) throw new Advice(`Nobody has signed up as ${email}.`)
    if (!members.has(id)) throw new Advice(`${email} is not a member of the room: send them a join link first.`)
    found.set(name, id)
  }
  return found
}

/**
 * Asks the database for the accounts behind e-mails and the members of a room. The address is that of an owner of the
 * database, because only Auth's own tables know e-mails. Throws Advice when it cannot be reached.
 */
export async function known(databaseUrl: string, roomId: string, emails: readonly string[]): Promise<Known> {
  const sql = postgres(databaseUrl, { max: 1, connect_timeout: 10, onnotice: () => {} })
  try {
    const people = await sql<{ id: string; email: string }[]>`
      select id::text, lower(email) as email from auth.users where lower(email) = any(${[...emails]})`
    const rooms = await sql`select 1 from public.rooms where id = ${roomId}`
    const members = await sql<{ id: string }[]>`
      select user_id::text as id from public.room_participants
      where room_id = ${roomId} and left_at is null and (banned_until is null or banned_until <= now())`
    return {
      idByEmail: new Map(people.map(({ id, email }) => [email, id])),
      members: rooms.length === 0 ? null : new Set(members.map(({ id }) => id)),
    }
  } catch (error) {
    if (!isUnreachable(error)) throw error
    throw new Advice('The database cannot be reached, and --as needs it: start it with npm start, or set DATABASE_URL.')
  } finally {
    await sql.end({ timeout: 5 })
  }
}

function isUnreachable(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return ['ECONNREFUSED', 'ENOTFOUND', 'ETIMEDOUT', 'CONNECT_TIMEOUT', 'ECONNRESET', '28P01', '57P03'].includes(code)
}
