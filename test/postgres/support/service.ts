import { expect } from 'vitest'
import type { Sql, Tx } from './database.ts'
import { type Person, people } from './people.ts'

/** What a service function answered; null where it says that there is nothing. */
export type Answer = Record<string, unknown>

/** Call a function of parley with its arguments in order; as whoever the connection is. */
export async function call(
  sql: Sql | Tx,
  name: string,
  ...args: (string | number | boolean | null)[]
): Promise<Answer> {
  const list = args.map((_, i) => `$${i + 1}`).join(', ')
  const [row] = await sql.unsafe(`select parley.${name}(${list}) as answer`, args)
  return row!['answer']
}

/** A member as the service knows one who has just come, with what is different about them. */
export function memberFacts(person: Person, change: Answer): Answer {
  return {
    ...{ person: people[person], name: person, role: 'member', delivered: 0, read: 0 },
    ...{ joinedAt: expect.any(Number), historyFrom: 0, unreadFrom: null },
    ...{ receiptsHidden: false, silencedUntil: null, blocks: [] },
    ...change,
  }
}

/** The audit log of a room, oldest first, as `actor action person`. */
export async function recordOf(sql: Sql, room: string): Promise<Answer[]> {
  return [...(await sql`select actor, action, person from parley.audit_log where room_id = ${room} order by id`)]
}

/** Every page of a list, from the first to the one after which there is none. */
export async function pagesOf(sql: Sql, name: string, args: string[], limit: number): Promise<Answer[][]> {
  const pages: Answer[][] = []
  let after: unknown = null
  do {
    const list = [...args.map((arg) => sql`${arg}`), sql`p_after => ${sql.json(after as null)}`]
    const asked = list.reduce((one, other) => sql`${one}, ${other}`)
    const [row] = await sql`select ${sql.unsafe(`parley.${name}`)}(${asked}, p_limit => ${limit}) as page`
    const page = row!['page'] as { items: Answer[]; next: unknown }
    pages.push(page.items)
    after = page.next
  } while (after !== null)
  return pages
}
