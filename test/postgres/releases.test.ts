import postgres from 'postgres'
import { beforeAll, describe, expect, test } from 'vitest'
import { objectsOf } from '../../scripts/database/objects.ts'
import { migrate, readMigrations } from '../../scripts/lib/migrate.ts'
import { scratchPostgres } from '../../scripts/lib/postgres.ts'
import { freshDatabase } from './support/database.ts'
import { otherReleases, releaseFromNpm } from './support/releases.ts'
import { database, makeTemplates } from './support/server.ts'
import { people, signUp } from './support/people.ts'
import { ingest, makeRoom, run } from './support/rooms.ts'

describe.for(otherReleases)('on PostgreSQL $major', (wanted) => {
  const release = releaseFromNpm(wanted)

  // Whoever works offline goes on; the machine that judges a change does not.
  if (release === null) {
    test(`not run, needs PostgreSQL ${wanted.version} from npm`, ({ skip }) => {
      if (process.env['CI'] === 'true') throw new Error('It could not be installed.')
      skip()
    })
    return
  }

  let url: string
  beforeAll(async () => {
    const server = await scratchPostgres(release)
    url = server.url
    await makeTemplates(url)
    return () => server.stop()
  })

  test('the migrations apply, twice in a row on a reset, and make the same schema as on 17', async () => {
    const here = connect(database(url, 'migrated'))
    const seventeen = await freshDatabase()
    const objects = await objectsOf(here)
    expect(objects.length).toBeGreaterThan(500)
    expect(objects).toEqual(await objectsOf(seventeen))
    await Promise.all([here.end(), seventeen.end()])

    const owner = connect(url)
    for (const name of ['first', 'second']) {
      await owner.unsafe(`create database ${name} template bare`)
      const sql = connect(database(url, name))
      expect(await migrate(sql)).toEqual(readMigrations().map(({ version }) => version))
      expect(await migrate(sql)).toEqual([])
      await sql.end()
    }
    await owner.end()
  })

  test('a room takes its events, people read and search them, and inboxes list them', async () => {
    const sql = connect(database(url, 'migrated'))
    await signUp(sql)
    const room = await makeRoom(sql)
    const batch = { room, from: 1, to: 3, events: run(1, 3, { text: 'Привет, 今天下午开会' }) }
    expect(await ingest(sql, batch)).toEqual({ outcome: 'applied', appliedTo: 3, duplicates: [] })
    const [inbox] = await sql`select parley.inbox_state(${people.grace}) #> '{rooms,0}' as line`
    expect(inbox!['line']).toMatchObject({ room, head: 3, unread: 3, last: { seq: 3, name: 'ada' } })
    await sql.begin(async (tx) => {
      await tx`select set_config('request.jwt.claim.sub', ${people.grace}, true)`
      await tx`set local role authenticated`
      expect((await tx`select unread from get_unread_counts()`)[0]).toEqual({ unread: 3 })
      expect(await tx`select from search_messages('привет')`).toHaveLength(3)
      expect(await tx`select from search_messages('开会')`).toHaveLength(3)
    })
    await sql.end()
  })
})

function connect(url: string) {
  return postgres(url, {
    max: 2,
    onnotice: () => {},
    types: { bigint: { to: 20, from: [20], serialize: String, parse: Number } },
  })
}
