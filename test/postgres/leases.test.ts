import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freshDatabase, type Sql, type Tx } from './support/database.ts'
import { as, attempt, keepAs, type Person, people, signUp } from './support/people.ts'
import { makeRoom } from './support/rooms.ts'

// Typing and presence end by themselves. Grace is a member of both rooms, linus of neither; ada owns them.
let sql: Sql
let sqlRoom: string
let doRoom: string
let elsewhere: string
beforeAll(async () => {
  sql = await freshDatabase()
  await signUp(sql)
  sqlRoom = await makeRoom(sql, ['grace'], 'sql')
  doRoom = await makeRoom(sql, ['grace'])
  elsewhere = await makeRoom(sql, [], 'sql')
  for (const room of [sqlRoom, doRoom, elsewhere]) {
    await sql`insert into typing_indicators (room_id, user_id) values (${room}, ${people.ada})`
  }
  for (const room of [sqlRoom, doRoom]) {
    await sql`insert into typing_indicators (room_id, user_id) values (${room}, ${people.grace})`
  }
  for (const person of ['ada', 'grace'] as const) {
    await sql`insert into user_presence (user_id, is_online) values (${people[person]}, true)`
  }
})
afterAll(() => sql.end())

type Attempt = (tx: Tx) => Promise<{ count: number }>

const mine = (tx: Tx, room: string) => tx`room_id = ${room} and user_id = ${people.grace}`
const types = (room: string, person: Person, seconds = 6) =>
  ((tx) => tx`
    insert into typing_indicators (room_id, user_id, expires_at)
    values (${room}, ${people[person]}, now() + make_interval(secs => ${seconds}))
    on conflict (room_id, user_id) do update set expires_at = excluded.expires_at`) satisfies Attempt
const renews = (room: string, person: Person, seconds = 6) =>
  ((tx) => tx`
    update typing_indicators set expires_at = now() + make_interval(secs => ${seconds})
    where room_id = ${room} and user_id = ${people[person]}`) satisfies Attempt
const ends = (room: string, person: Person) =>
  ((tx) => tx`delete from typing_indicators where room_id = ${room} and user_id = ${people[person]}`) satisfies Attempt
const sees = (room: string) => ((tx) => tx`select from typing_indicators where room_id = ${room}`) satisfies Attempt

describe('typing', () => {
  const attempts: [string, () => Attempt, string][] = [
    ['says that she is writing', () => types(sqlRoom, 'grace'), '1 rows'],
    ['renews it', () => renews(sqlRoom, 'grace'), '1 rows'],
    ['ends it', () => ends(sqlRoom, 'grace'), '1 rows'],
    ['writes for 7 seconds at once', () => types(sqlRoom, 'grace', 7), 'refused 42501'],
    ['renews it for 7 seconds', () => renews(sqlRoom, 'grace', 7), 'refused 42501'],
    [
      'ends it, and writes for 7 seconds anew',
      () => async (tx) => {
        await ends(sqlRoom, 'grace')(tx)
        return types(sqlRoom, 'grace', 7)(tx)
      },
      'refused 42501',
    ],
    ['says that ada is writing', () => types(sqlRoom, 'ada'), 'refused 42501'],
    ['renews ada’s', () => renews(sqlRoom, 'ada'), '0 rows'],
    ['ends ada’s', () => ends(sqlRoom, 'ada'), '0 rows'],
    [
      'makes hers ada’s',
      () => (tx) => tx`update typing_indicators set user_id = ${people.ada} where ${mine(tx, sqlRoom)}`,
      'refused 42501',
    ],
    [
      'moves hers to a room she is not in',
      () => (tx) => tx`update typing_indicators set room_id = ${elsewhere} where ${mine(tx, sqlRoom)}`,
      'refused 42501',
    ],
    [
      'moves hers to a room that an object numbers',
      () => (tx) => tx`update typing_indicators set room_id = ${doRoom} where ${mine(tx, sqlRoom)}`,
      'refused 42501',
    ],
    ['writes in a room she is not in', () => types(elsewhere, 'grace'), 'refused 42501'],
    ['sees who writes there', () => sees(elsewhere), '0 rows'],
    ['writes past an object', () => types(doRoom, 'grace'), 'refused 42501'],
    ['renews hers past an object', () => renews(doRoom, 'grace'), '0 rows'],
    ['ends hers past an object', () => ends(doRoom, 'grace'), '0 rows'],
    ['sees who writes in rooms of both kinds', () => sees(doRoom), '2 rows'],
  ]
  test.for(attempts)('grace, a member, %s', async ([, work, expected]) => {
    expect(await attempt(sql, 'grace', work())).toBe(expected)
  })

  const all = () => [types(sqlRoom, 'grace'), renews(sqlRoom, 'grace'), ends(sqlRoom, 'grace'), sees(sqlRoom)]
  const tried = async () => {
    const answers = []
    for (const work of all()) answers.push(await attempt(sql, 'grace', work))
    return answers
  }

  // What is set about grace's membership, and back again.
  const states: [string, string, string, string[]][] = [
    ['left', 'left_at = now()', 'left_at = null', ['refused 42501', '0 rows', '0 rows', '0 rows']],
    ['is banned', `banned_until = 'infinity'`, 'banned_until = null', ['refused 42501', '0 rows', '0 rows', '0 rows']],
    [
      'is silenced',
      ...([`silenced_until = 'infinity'`, 'silenced_until = null'] as const),
      // Taking back that one writes says nothing.
      ['refused 42501', 'refused 42501', '1 rows', '2 rows'],
    ],
    [
      'was silenced until now',
      'silenced_until = now()',
      'silenced_until = null',
      ['1 rows', '1 rows', '1 rows', '2 rows'],
    ],
  ]
  test.for(states)('whoever %s and their own row', async ([, set, back, expected]) => {
    const member = sql`room_id = ${sqlRoom} and user_id = ${people.grace}`
    await sql`update room_participants set ${sql.unsafe(set)} where ${member}`
    const answers = await tried()
    await sql`update room_participants set ${sql.unsafe(back)} where ${member}`
    expect(answers).toEqual(expected)
  })

  test('where only admins post, nobody else is writing', async () => {
    await sql`update rooms set post_policy = 'admins' where id = ${sqlRoom}`
    const answers = [
      await attempt(sql, 'grace', types(sqlRoom, 'grace')),
      await attempt(sql, 'ada', types(sqlRoom, 'ada')),
    ]
    await sql`update rooms set post_policy = 'everyone' where id = ${sqlRoom}`
    expect(answers).toEqual(['refused 42501', '1 rows'])
  })

  test('in a direct room nobody is seen writing to whom they block, or who blocks them; in a group they are', async () => {
    const direct = await keepAs(sql, 'ada', async (tx) => {
      const [row] = await tx`select get_or_create_direct_room(${people.grace}) as id`
      return row!['id'] as string
    })
    await sql`update rooms set writer = 'sql' where id = ${direct}`
    const both = async () => [
      await attempt(sql, 'ada', types(direct, 'ada')),
      await attempt(sql, 'grace', types(direct, 'grace')),
      await attempt(sql, 'grace', types(sqlRoom, 'grace')),
    ]
    expect(await both()).toEqual(['1 rows', '1 rows', '1 rows'])
    await sql`update user_profiles set blocked_user_ids = ${[people.grace]} where id = ${people.ada}`
    const blocked = await both()
    await sql`update user_profiles set blocked_user_ids = '{}' where id = ${people.ada}`
    expect(blocked).toEqual(['refused 42501', 'refused 42501', '1 rows'])
  })
})

describe('presence', () => {
  const own: [string, string, string][] = [
    ['is online', 'is_online = true', '1 rows'],
    ['is busy', `status = 'busy'`, '1 rows'],
    ['says what she does', `custom = '{"text": "Compiling"}'`, '1 rows'],
    ['renews it for 10 minutes', `expires_at = now() + interval '10 minutes'`, '1 rows'],
    ['renews it for longer', `expires_at = now() + interval '601 seconds'`, 'refused 42501'],
    ['was here in the future', `last_seen_at = now() + interval '1 second'`, 'refused 42501'],
    ['gives it to linus', `user_id = '${people.linus}'`, 'refused 42501'],
  ]
  test.for(own)('grace %s', async ([, change, expected]) => {
    const work: Attempt = (tx) => tx`update user_presence set ${tx.unsafe(change)} where user_id = ${people.grace}`
    expect(await attempt(sql, 'grace', work)).toBe(expected)
  })

  const others: [string, Attempt, string][] = [
    ['changes ada’s', (tx) => tx`update user_presence set is_online = false where user_id = ${people.ada}`, '0 rows'],
    [
      'lengthens ada’s',
      (tx) => tx`update user_presence set expires_at = now() + interval '1 minute' where user_id = ${people.ada}`,
      '0 rows',
    ],
    ['announces linus', (tx) => tx`insert into user_presence (user_id) values (${people.linus})`, 'refused 42501'],
    ['deletes ada’s', (tx) => tx`delete from user_presence where user_id = ${people.ada}`, 'refused 42501'],
    ['deletes her own', (tx) => tx`delete from user_presence where user_id = ${people.grace}`, 'refused 42501'],
  ]
  test.for(others)('grace %s', async ([, work, expected]) => {
    expect(await attempt(sql, 'grace', work)).toBe(expected)
  })

  test('linus announces himself, but neither for long nor from the future', async () => {
    const announce = (expires: string, seen: string) =>
      attempt(
        sql,
        'linus',
        (tx) => tx`
        insert into user_presence (user_id, expires_at, last_seen_at)
        values (${people.linus}, now() + ${expires}::interval, now() + ${seen}::interval)`,
      )
    expect([
      await announce('10 minutes', '0'),
      await announce('601 seconds', '0'),
      await announce('1 minute', '1 second'),
    ]).toEqual(['1 rows', 'refused 42501', 'refused 42501'])
  })

  // Who sees that ada is here when she shows it to everyone, and this is set about her or the one who looks.
  const looks: [string, Person, Person, string, string, number][] = [
    ['a stranger sees it', 'linus', 'ada', `read_receipts = true`, `read_receipts = true`, 1],
    [
      'nobody whom she blocks does',
      'linus',
      'ada',
      `blocked_user_ids = '{${people.linus}}'`,
      `blocked_user_ids = '{}'`,
      0,
    ],
    [
      'nobody who blocks her does',
      'linus',
      'linus',
      `blocked_user_ids = '{${people.ada}}'`,
      `blocked_user_ids = '{}'`,
      0,
    ],
    [
      ...(['nobody who hides theirs does', 'linus', 'linus'] as const),
      ...([`privacy_last_seen = 'nobody'`, `privacy_last_seen = 'everyone'`, 0] as const),
    ],
    [
      ...(['she does, whatever she shows', 'ada', 'ada'] as const),
      ...([`privacy_last_seen = 'nobody'`, `privacy_last_seen = 'everyone'`, 1] as const),
    ],
  ]
  test.for(looks)('shown to everyone: %s', async ([, viewer, about, set, back, seen]) => {
    await sql`update user_profiles set privacy_last_seen = 'everyone'`
    await sql`update user_profiles set ${sql.unsafe(set)} where id = ${people[about]}`
    const rows = await as(sql, viewer, (tx) => tx`select from user_presence where user_id = ${people.ada}`)
    await sql`update user_profiles set ${sql.unsafe(back)} where id = ${people[about]}`
    expect(rows).toHaveLength(seen)
  })

  test('whoever is invisible is seen by nobody else', async () => {
    await sql`update user_profiles set privacy_last_seen = 'everyone'`
    await sql`update user_presence set status = 'invisible' where user_id = ${people.ada}`
    const look = (person: Person) =>
      as(sql, person, (tx) => tx`select from user_presence where user_id = ${people.ada}`)
    const seen = [(await look('grace')).length, (await look('ada')).length]
    await sql`update user_presence set status = 'available' where user_id = ${people.ada}`
    expect(seen).toEqual([0, 1])
  })

  test('sharing a room shows nobody more than they are shown', async () => {
    await sql`update user_profiles set privacy_last_seen = 'nobody' where id = ${people.ada}`
    const rows = await as(sql, 'grace', (tx) => tx`select from user_presence where user_id = ${people.ada}`)
    await sql`update user_profiles set privacy_last_seen = 'everyone' where id = ${people.ada}`
    expect(rows).toHaveLength(0)
  })
})
