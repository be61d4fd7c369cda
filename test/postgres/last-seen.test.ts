import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { contactsIn, maySee } from '../../durable-objects/inbox/core/may-see.ts'
import { Audience, type Settings } from '../../protocol/inbox.ts'
import { freshDatabase, type Sql } from './support/database.ts'
import { as, people, signUp } from './support/people.ts'

let sql: Sql
let room: string
beforeAll(async () => {
  sql = await freshDatabase()
  await signUp(sql)
  room = await directRoom()
})
afterAll(() => sql.end())

const { ada, grace } = people

interface State {
  person: { settings: Settings; blocked: string[] }
  rooms: Parameters<typeof contactsIn>[0]
}

async function directRoom(): Promise<string> {
  const [made] = await sql`
    insert into rooms (type, direct_key, created_by) values ('direct', ${`${ada}:${grace}`}, ${ada}) returning id`
  const id = String(made!['id'])
  for (const person of [ada, grace]) {
    await sql`insert into room_participants (room_id, user_id) values (${id}, ${person}) on conflict do nothing`
  }
  return id
}

/** What the inbox of someone knows of them. */
async function stateOf(person: string): Promise<State> {
  const [row] = await as(sql, 'service', (tx) => tx`select parley.inbox_state(${person}) as state`)
  return row!['state'] as State
}

/** What Postgres lets Grace see of Ada. */
async function seenInPostgres(): Promise<boolean> {
  const [row] = await as(sql, 'grace', (tx) => tx`select private.can_see(${ada}, 'last_seen') as seen`)
  return row!['seen'] as boolean
}

test('[SET2] an inbox shows when someone is here to exactly those to whom Postgres shows it', async () => {
  const person = fc.record({
    lastSeen: fc.constantFrom(...Audience.options),
    blocks: fc.boolean(),
    opened: fc.boolean(),
  })
  const seen = new Set<boolean>()
  await fc.assert(
    fc.asyncProperty(person, person, async (owner, viewer) => {
      for (const [id, other, { lastSeen, blocks, opened }] of [
        [ada, grace, owner],
        [grace, ada, viewer],
      ] as const) {
        await sql`update user_profiles set privacy_last_seen = ${lastSeen}, blocked_user_ids = ${blocks ? [other] : []} where id = ${id}`
        await sql`update room_participants set accepted_at = ${opened ? sql`now()` : null}
          where room_id = ${room} and user_id = ${id}`
      }
      const [hers, graces] = [await stateOf(ada), await stateOf(grace)]
      const privacy = {
        ...{ person: ada, lastSeen: hers.person.settings.lastSeen },
        ...{ blocked: new Set(hers.person.blocked), contacts: new Set(contactsIn(hers.rooms)) },
      }
      const hides = graces.person.settings.lastSeen === 'nobody'
      const looker = { person: grace, hides, blocks: graces.person.blocked.includes(ada) }
      const expected = await seenInPostgres()
      seen.add(expected)
      expect(maySee(privacy, looker)).toBe(expected)
    }),
    { seed: 31, numRuns: 100 },
  )
  expect(seen).toEqual(new Set([false, true]))
})
