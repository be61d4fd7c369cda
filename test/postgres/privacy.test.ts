import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Settings } from '../../protocol/inbox.ts'
import { freshDatabase, secondConnection, type Sql, waitingFor } from './support/database.ts'
import { as, attempt, keepAs, people, type Person, startOver } from './support/people.ts'
import { fill, makeRoom, posted } from './support/rooms.ts'
import { type Answer, call } from './support/service.ts'

let sql: Sql
beforeAll(async () => {
  sql = await freshDatabase()
})
// Everyone has a photo and says something of themself, and is here.
beforeEach(async () => {
  await startOver(sql)
  await sql`update user_profiles set about = 'Here since 1843', avatar_path = id || '/face.png'`
  for (const person of Object.values(people)) await here(person)
})
afterAll(() => sql.end())

const set = (person: Person, settings: Partial<Settings>) =>
  call(sql, 'change_settings', people[person], JSON.stringify(settings))
const block = (person: Person, other: Person, on = true) => call(sql, 'set_block', people[person], people[other], on)
const here = (person: string, show = 'available') =>
  call(
    sql,
    'keep_presence',
    person,
    true,
    show,
    JSON.stringify({ text: 'Compiling', emoji: null, until: null }),
    false,
    null,
    120,
  )

async function openDirect(by: Person, other: Person): Promise<string> {
  const [row] = await keepAs(sql, by, (tx) => tx`select get_or_create_direct_room(${people[other]}) as id`)
  return row!['id'] as string
}

/** What `viewer` sees of someone, in their card and in the row of their presence. */
async function seen(viewer: Person, owner: Person): Promise<Answer> {
  return as(sql, viewer, async (tx) => {
    const [card] = await tx`
      select display_name as name, about, avatar_path is not null as photo, is_online as online, status, custom ->> 'text' as says,
        last_seen_at is not null as seen
      from get_user_cards(${[people[owner]]})`
    const rows = await tx`select is_online as online from user_presence where user_id = ${people[owner]}`
    return { ...card, row: rows.length }
  })
}

const about = 'Here since 1843'
const presence = { online: true, status: 'available', says: 'Compiling', seen: true, row: 1 }
const noPresence = { online: false, status: null, says: null, seen: false, row: 0 }
const all = (name: Person) => ({ name, about, photo: true, ...presence })
const nothing = (name: Person) => ({ name, about: null, photo: false, ...noPresence })

describe('what people set decides what others see', () => {
  const shown = {
    everyone: [all('ada'), all('ada')],
    contacts: [nothing('ada'), all('ada')],
    nobody: [nothing('ada'), nothing('ada')],
  }
  test.for(['everyone', 'contacts', 'nobody'] as const)(
    '[SET2] [SET6] photo, about and when someone is here, for %s: in cards and in rows, to a stranger and to a contact',
    async (audience) => {
      // Linus is a contact of ada's, because she opened their room; ada is none of grace's rooms'.
      await openDirect('ada', 'linus')
      await openDirect('grace', 'ada')
      await set('ada', { lastSeen: audience, photo: audience, about: audience })
      // Whoever sees has to show their own.
      await set('grace', { lastSeen: 'everyone' })
      expect([await seen('grace', 'ada'), await seen('linus', 'ada')]).toEqual(shown[audience])
      expect(await seen('ada', 'ada')).toEqual(all('ada'))
    },
  )

  test('[SET6] each of them is set for itself', async () => {
    const each = async (settings: Partial<Settings>) => {
      await set('ada', { lastSeen: 'everyone', photo: 'everyone', about: 'everyone', ...settings })
      return seen('grace', 'ada')
    }
    expect(await each({ photo: 'nobody' })).toEqual({ ...all('ada'), photo: false })
    expect(await each({ about: 'nobody' })).toEqual({ ...all('ada'), about: null })
    expect(await each({ lastSeen: 'nobody' })).toEqual({ ...all('ada'), ...noPresence })
  })

  test('[SET2] whoever shows nobody when they were here sees nobody’s', async () => {
    await set('ada', { lastSeen: 'everyone' })
    expect(await seen('grace', 'ada')).toEqual(all('ada'))
    await set('grace', { lastSeen: 'nobody' })
    expect(await seen('grace', 'ada')).toEqual({ ...all('ada'), ...noPresence })
    expect(await seen('grace', 'grace')).toEqual(all('grace'))
  })

  test('[PRS3] who is invisible shows nobody that they are here', async () => {
    await set('ada', { lastSeen: 'everyone' })
    await here(people.ada, 'invisible')
    expect(await seen('grace', 'ada')).toEqual({ ...all('ada'), ...noPresence })
    expect(await seen('ada', 'ada')).toEqual({ ...all('ada'), status: 'invisible' })
  })

  test('[PRS3] what someone says of themself is over at its time', async () => {
    await set('ada', { lastSeen: 'everyone' })
    const say = (until: number) =>
      call(
        sql,
        'keep_presence',
        people.ada,
        true,
        'busy',
        JSON.stringify({ text: 'In a talk', emoji: '🎤', until }),
        false,
        null,
        120,
      )
    const custom = async () => {
      const { person } = (await call(sql, 'inbox_state', people.ada)) as { person: { status: Answer } }
      return [(await seen('grace', 'ada'))['says'], person.status['custom']]
    }
    const later = Date.now() + 3_600_000
    await say(later)
    expect(await custom()).toEqual(['In a talk', { text: 'In a talk', emoji: '🎤', until: later }])
    await say(Date.now() - 1)
    expect(await custom()).toEqual([null, null])
  })

  test.for(['everyone', 'contacts', 'nobody'] as const)(
    '[SET6] %s may add someone to groups, at every way in',
    async (audience) => {
      await openDirect('grace', 'linus')
      await set('grace', { groupAdd: audience })
      const added = { everyone: [lets, lets], contacts: [refuses, lets], nobody: [refuses, refuses] }
      expect([await adds('ada', 'grace'), await adds('linus', 'grace')]).toEqual(added[audience])
    },
  )

  test('[RCP1] [SET3] receipts go off in the direct rooms where both showed them, and back on where both do', async () => {
    const [withGrace, withLinus] = [await openDirect('ada', 'grace'), await openDirect('linus', 'ada')]
    await makeRoom(sql, ['grace', 'linus'])
    await set('linus', { readReceipts: false })
    const hidden = async () => {
      const rows = await sql`select distinct room_id from room_participants where receipts_hidden`
      return rows.map((row) => row['room_id'] as string).toSorted()
    }
    const off = await set('ada', { readReceipts: false })
    expect([off['rooms'], await hidden()]).toEqual([[withGrace], [withGrace, withLinus].toSorted()])
    // The answer may have been lost: asked again, it names them all.
    expect((await set('ada', { readReceipts: false }))['rooms']).toEqual([withGrace, withLinus].toSorted())
    const on = await set('ada', { readReceipts: true })
    expect([on['rooms'], await hidden()]).toEqual([[withGrace], [withLinus]])
    expect((await set('ada', { previews: false }))['rooms']).toEqual([])
  })

  // As everywhere members are locked by id, or several who switch at once could wait for each other in a ring.
  test('[RCP1] switching receipts locks members in order, and none before it has those with a smaller id', async () => {
    const others = Array.from({ length: 12 }, (_, i) => `c0000000-0000-4000-8000-${`${i}`.padStart(12, '0')}`)
    for (const id of others) await sql`insert into auth.users (id, email) values (${id}, ${`${id}@example.org`})`
    for (const id of [...others, people.ada]) {
      await keepAs(sql, 'grace', (tx) => tx`select get_or_create_direct_room(${id})`)
    }
    const [first, second] = [await secondConnection(sql), await secondConnection(sql)]
    let answer: Promise<Answer>
    await first.begin(async (tx) => {
      await tx`select from room_participants where user_id = ${people.ada} for update`
      answer = call(second, 'change_settings', people.grace, JSON.stringify({ readReceipts: false }))
      await waitingFor(sql, tx)
      expect(await sql`select from room_participants for update skip locked`).toHaveLength(25)
    })
    expect((await answer!)['rooms']).toHaveLength(13)
  })
})

const lets = { create: null, change: null, row: '1 rows' }
const refuses = { create: 'privacy', change: 'privacy', row: 'refused 42501' }

/** What keeps `by` from adding someone: to a new group, to one that an object writes, to one that SQL writes. */
async function adds(by: Person, whom: Person): Promise<Answer> {
  const [inObject, inSql] = [randomUUID(), randomUUID()]
  await sql`insert into rooms (id, type, created_by, writer)
    values (${inObject}, 'group', ${people[by]}, 'do'), (${inSql}, 'group', ${people[by]}, 'sql')`
  const made = await call(sql, 'create_group', randomUUID(), 'Compilers', people[by], `{${people[whom]}}`)
  const changes = JSON.stringify([{ kind: 'add', person: people[whom] }])
  const changed = await call(sql, 'change_members', randomUUID(), inObject, people[by], changes)
  const row = await attempt(
    sql,
    by,
    (tx) => tx`insert into room_participants (room_id, user_id) values (${inSql}, ${people[whom]})`,
  )
  const obstacle = (answer: Answer) => (answer['refused'] as Answer[])[0]?.['reason'] ?? null
  return { create: obstacle(made), change: obstacle(changed), row }
}

/** Resolves when two queries of this database wait for a lock. */
async function bothWaiting(): Promise<void> {
  for (;;) {
    const waiting = await sql`
      select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
    if (waiting.length === 2) return
  }
}

describe('a block', () => {
  const sides: [Person, Person][] = [
    ['ada', 'grace'],
    ['grace', 'ada'],
  ]
  const both = async <T>(ask: (viewer: Person, owner: Person) => Promise<T>): Promise<T[]> => [
    await ask('ada', 'grace'),
    await ask('grace', 'ada'),
  ]

  beforeEach(async () => {
    for (const name of ['ada', 'grace'] as const) await set(name, { lastSeen: 'everyone' })
  })

  test.for(sides)(
    '[BLK5] of %s against %s hides photo, about and presence from each other, and from nobody else',
    async ([by, other]) => {
      await block(by, other)
      expect(await both(seen)).toEqual([nothing('grace'), nothing('ada')])
      await set('linus', { lastSeen: 'everyone' })
      expect([await seen('linus', 'ada'), await seen('linus', 'grace')]).toEqual([all('ada'), all('grace')])
      await block(by, other, false)
      expect(await both(seen)).toEqual([all('grace'), all('ada')])
    },
  )

  test.for(sides)('[BLK5] of %s against %s lets neither add the other', async ([by, other]) => {
    await block(by, other)
    expect(await both(adds)).toEqual([refuses, refuses])
    await block(by, other, false)
    expect(await both(adds)).toEqual([lets, lets])
  })

  test.for(sides)(
    '[BLK5] of %s against %s opens no direct room, as with someone who is not there',
    async ([by, other]) => {
      const open = (viewer: Person, owner: Person) =>
        attempt(sql, viewer, (tx) => tx`select get_or_create_direct_room(${people[owner]})`)
      const nobody = await attempt(sql, 'ada', (tx) => tx`select get_or_create_direct_room(${randomUUID()})`)
      await block(by, other)
      expect(await both(open)).toEqual([nobody, nobody])
      await block(by, other, false)
      expect(await both(open)).toEqual(['1 rows', '1 rows'])
    },
  )

  test.for(sides)('[BLK5] of %s against %s stops what is written in their direct room', async ([by, other]) => {
    const room = await openDirect('ada', 'grace')
    await sql`update rooms set writer = 'sql' where id = ${room}`
    const write = (author: Person) =>
      attempt(
        sql,
        author,
        (tx) => tx`
          insert into messages (room_id, client_id, sender_id, content)
          values (${room}, ${randomUUID()}, ${people[author]}, 'Hello')`,
      )
    await block(by, other)
    expect(await both(write)).toEqual(['refused 42501', 'refused 42501'])
    await block(by, other, false)
    expect(await both(write)).toEqual(['1 rows', '1 rows'])
  })

  test('[UNR3] in a group its messages count, its mentions do not', async () => {
    const room = await makeRoom(sql, ['grace'])
    await fill(sql, room, [posted(1, { mentions: [people.grace] }), posted(2, { mentions: [room] }), posted(3)])
    const counts = async () => {
      const { rooms } = (await call(sql, 'inbox_state', people.grace)) as { rooms: Answer[] }
      return rooms.map(({ unread, mentions }) => ({ unread, mentions }))
    }
    await block('grace', 'ada')
    expect(await counts()).toEqual([{ unread: 3, mentions: 0 }])
    await block('grace', 'ada', false)
    expect(await counts()).toEqual([{ unread: 3, mentions: 2 }])
    // Who is blocked is mentioned as before: they are not to know.
    await block('ada', 'grace')
    expect(await counts()).toEqual([{ unread: 3, mentions: 2 }])
  })

  test('[BLK1] reaches the room: its copy of a member says whom they block', async () => {
    const room = await makeRoom(sql, ['grace', 'linus'])
    const blocks = async () => {
      const { members, membersVersion } = (await call(sql, 'room_state', room)) as {
        members: Answer[]
        membersVersion: number
      }
      return [membersVersion, Object.fromEntries(members.map(({ name, blocks }) => [name, blocks]))]
    }
    const [version] = (await blocks()) as [number]
    await block('ada', 'linus')
    expect(await blocks()).toEqual([version + 1, { ada: [people.linus], grace: [], linus: [] }])
    // Whoever writes their own list past the inbox is heard of as well.
    await keepAs(sql, 'grace', (tx) => tx`update user_profiles set blocked_user_ids = ${[people.ada, people.linus]}`)
    expect(await blocks()).toEqual([version + 2, { ada: [people.linus], grace: [people.ada, people.linus], linus: [] }])
    await block('ada', 'linus', false)
    expect(await blocks()).toEqual([version + 3, { ada: [], grace: [people.ada, people.linus], linus: [] }])
  })

  test('[BLK1] reaches the room also for who has left it: what they wrote there stays', async () => {
    const room = await makeRoom(sql, ['grace', 'linus'])
    await sql`update room_participants set left_at = now() where room_id = ${room} and user_id = ${people.linus}`
    expect(await block('ada', 'linus')).toMatchObject({ outcome: 'done', shared: [room] })
    const { members } = (await call(sql, 'room_state', room)) as { members: Answer[] }
    expect(members.map(({ name, blocks }) => [name, blocks])).toEqual([
      ['ada', [people.linus]],
      ['grace', []],
    ])
  })

  test('[BLK1] is of someone else who is there; of at most 1,000; and is taken back though they are gone', async () => {
    const none = { direct: null, shared: [] }
    expect(await block('ada', 'ada')).toEqual({ outcome: 'unknown', blocked: [], ...none })
    expect(await call(sql, 'set_block', people.ada, randomUUID(), true)).toMatchObject({ outcome: 'unknown' })
    expect(await call(sql, 'set_block', randomUUID(), people.ada, true)).toEqual({
      outcome: 'unknown',
      blocked: [],
      ...none,
    })

    const gone = Array.from({ length: 999 }, () => randomUUID())
    await sql`update user_profiles set blocked_user_ids = ${gone} where id = ${people.ada}`
    expect(await block('ada', 'grace')).toMatchObject({ outcome: 'done', blocked: [...gone, people.grace].toSorted() })
    expect(await block('ada', 'linus')).toMatchObject({ outcome: 'too_many', ...none })
    expect(await block('ada', 'grace')).toMatchObject({ outcome: 'done' })
    expect(await call(sql, 'set_block', people.ada, gone[0]!, false)).toMatchObject({ outcome: 'done' })
    expect(await block('ada', 'linus')).toMatchObject({ outcome: 'done' })
  })

  test('[BLK1] blocks that are set at once are all set, and each of them once', async () => {
    const [first, second, third] = [
      await secondConnection(sql),
      await secondConnection(sql),
      await secondConnection(sql),
    ]
    let others: Promise<unknown>
    await first.begin(async (tx) => {
      await call(tx, 'set_block', people.ada, people.grace, true)
      others = Promise.all([
        call(second, 'set_block', people.ada, people.grace, true),
        call(third, 'set_block', people.ada, people.linus, true),
      ])
      await bothWaiting()
    })
    await others!
    const [profile] = await sql`select blocked_user_ids as blocked from user_profiles where id = ${people.ada}`
    expect((profile!['blocked'] as string[]).toSorted()).toEqual([people.grace, people.linus])
  })

  test('[BLK1] tells no room that the one who blocks has left', async () => {
    const [room, left] = [await makeRoom(sql), await makeRoom(sql)]
    await sql`update room_participants set left_at = now() where room_id = ${left} and user_id = ${people.grace}`
    expect((await block('ada', 'grace'))['shared']).toEqual([room, left].toSorted())
    expect((await block('grace', 'ada'))['shared']).toEqual([room])
  })
})
