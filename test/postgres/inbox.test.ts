import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import * as z from 'zod/mini'
import { OwnFacts } from '../../durable-objects/inbox/core/own-facts.ts'
import { RoomLine } from '../../protocol/inbox.ts'
import { limits } from '../../protocol/limits.ts'
import { freshDatabase, type Sql } from './support/database.ts'
import { attempt, keepAs, people, type Person, startOver } from './support/people.ts'
import { fill, joined, makeRoom, nineOClock, posted, run } from './support/rooms.ts'
import { type Answer, call } from './support/service.ts'

let sql: Sql
beforeAll(async () => {
  sql = await freshDatabase()
})
beforeEach(() => startOver(sql))
afterAll(() => sql.end())

type State = { person: Answer; rooms: Answer[] }

async function stateOf(person: Person): Promise<State> {
  return (await call(sql, 'inbox_state', people[person])) as State
}

/** The only line of a person's list. */
async function lineOf(person: Person): Promise<Answer> {
  const { rooms } = await stateOf(person)
  expect(rooms).toHaveLength(1)
  return rooms[0]!
}

async function openDirect(by: Person, other: Person): Promise<string> {
  const [row] = await keepAs(sql, by, (tx) => tx`select get_or_create_direct_room(${people[other]}) as id`)
  return row!['id'] as string
}

const json = (value: unknown) => JSON.stringify(value)

describe('what an inbox begins with', () => {
  test('[INB8] a line says of a room all that a list shows of it', async () => {
    const room = await makeRoom(sql, ['grace', 'linus'])
    await fill(sql, room, [posted(1), joined(2), posted(3, { by: people.grace, mentions: [people.linus] }), joined(4)])
    expect(await stateOf('linus')).toEqual({
      person: {
        name: 'linus',
        status: { show: 'available', custom: null },
        lastSeenAt: null,
        settings: {
          ...{ lastSeen: 'contacts', photo: 'everyone', about: 'everyone', groupAdd: 'everyone' },
          ...{ readReceipts: true, quietHours: null, previews: true },
        },
        blocked: [],
      },
      rooms: [
        {
          ...{ room, type: 'group', name: 'Analytical engines', other: null, role: 'member', memberCount: 3, epoch: 1 },
          ...{ head: 4, delivered: 0, read: 0, unreadFrom: null, unread: 2, mentions: 1 },
          last: { seq: 3, at: nineOClock + 3_000, by: people.grace, name: 'grace', text: 'message 3' },
          lastAt: nineOClock + 3_000,
          ...{ pinnedAt: null, archivedAt: null, mutedUntil: null, level: 'all', accepted: true },
        },
      ],
    })
  })

  test('[INB8] it reads as the protocol says, whatever people wrote past the objects', async () => {
    const direct = await openDirect('ada', 'grace')
    const group = await makeRoom(sql, ['grace'])
    const own = await makeRoom(sql, ['grace'], 'sql')
    await fill(sql, direct, run(1, 3))
    await fill(sql, group, [posted(1, { by: null, text: '' })])
    await keepAs(
      sql,
      'ada',
      (tx) => tx`
        insert into messages (room_id, client_id, sender_id, metadata)
        values (${own}, ${randomUUID()}, ${people.ada}, '{"attachments": "none"}')`,
    )
    await keepAs(sql, 'grace', async (tx) => {
      await tx`
        update room_participants set muted_until = 'infinity', pinned_at = '294000-01-01', archived_at = 'infinity', unread_from_seq = 1
        where room_id = ${own}`
      await tx`
        insert into user_presence (user_id, custom, last_seen_at)
        values (${people.grace}, ${tx.json({ text: '🦀'.repeat(100), emoji: 'crab', until: 1e99 })}, '-infinity')`
      const quietHours = { from: 0.5, to: 7, timeZone: 'Mars/Olympus', days: [] }
      await tx`update user_profiles set notification_preferences = ${tx.json({ quietHours })}`
    })
    const { person, rooms } = await stateOf('grace')
    expect(z.array(RoomLine).parse(rooms)).toHaveLength(3)
    const last = 8_640_000_000_000_000
    expect(rooms.find(({ room }) => room === own)).toMatchObject({
      ...{ mutedUntil: last, pinnedAt: last, archivedAt: last },
      last: { text: '' },
    })
    expect(OwnFacts.parse(person)).toMatchObject({
      status: { show: 'available', custom: null },
      lastSeenAt: null,
      settings: { quietHours: null, photo: 'everyone' },
    })
    const before1970 = (column: string) =>
      attempt(sql, 'grace', (tx) => tx`update room_participants set ${tx(column)} = '-infinity' where room_id = ${own}`)
    expect(await Promise.all(['pinned_at', 'archived_at', 'muted_until'].map(before1970))).toEqual(
      Array.from({ length: 3 }, () => 'refused 23514'),
    )
  })

  test('[INB8] a direct room is called after the other one, on both sides, and says who has opened it', async () => {
    const room = await openDirect('ada', 'grace')
    const told = ({ room, type, name, other, accepted }: Answer) => ({ room, type, name, other, accepted })
    expect([told(await lineOf('ada')), told(await lineOf('grace'))]).toEqual([
      { room, type: 'direct', name: 'grace', other: people.grace, accepted: true },
      { room, type: 'direct', name: 'ada', other: people.ada, accepted: false },
    ])
    await sql`delete from auth.users where id = ${people.ada}`
    expect(told(await lineOf('grace'))).toEqual({ room, type: 'direct', name: null, other: null, accepted: false })
  })

  test('[INB8] the most recent room comes first, up to as many as are asked for, and none that is over for the person', async () => {
    const rooms: string[] = []
    for (const seq of [5, 3, 9, 7, 1]) {
      const room = await makeRoom(sql)
      await fill(sql, room, [posted(1, { at: nineOClock + seq * 1_000 })])
      rooms.push(room)
    }
    const [five, three, nine, seven, one] = rooms as [string, string, string, string, string]
    const list = async (limit: number) =>
      ((await call(sql, 'inbox_state', people.grace, limit)) as State).rooms.map(({ room }) => room)
    expect(await list(2_000)).toEqual([nine, seven, five, three, one])
    expect(await list(2)).toEqual([nine, seven])
    await sql`update room_participants set left_at = now() where room_id = ${nine} and user_id = ${people.grace}`
    await sql`update room_participants set banned_until = 'infinity' where room_id = ${five} and user_id = ${people.grace}`
    await sql`update room_participants set banned_until = now() where room_id = ${three} and user_id = ${people.grace}`
    expect([await list(2_000), await list(2)]).toEqual([
      [seven, three, one],
      [seven, three],
    ])
  })

  test('[INB8] the lines of some rooms are those of the list, and rooms of others have none', async () => {
    const [mine, both, others] = [await makeRoom(sql), await makeRoom(sql, ['grace', 'linus']), await makeRoom(sql, [])]
    await fill(sql, both, run(1, 3))
    const { rooms } = await stateOf('grace')
    const lines = (...asked: string[]) => call(sql, 'room_lines', people.grace, `{${asked.join()}}`)
    expect(await lines(mine, both, others, randomUUID(), both)).toEqual(rooms)
    expect(await lines(both)).toEqual(rooms.filter(({ room }) => room === both))
    expect([await lines(others), await lines()]).toEqual([[], []])
  })

  test('[INB8] the newest message that someone wrote is shown, cut to 200 characters, and none from before one’s time', async () => {
    const room = await makeRoom(sql, ['grace'])
    const last = async () => (await lineOf('grace'))['last']
    expect(await last()).toBeNull()
    const attachments = [{ name: 'a' }, { name: 'b' }] as never
    await fill(sql, room, [posted(1), posted(2, { text: '🦀'.repeat(300), attachments }), joined(3), joined(4)])
    const line = { seq: 2, at: nineOClock + 2_000, by: people.ada, name: 'ada' }
    expect(await last()).toEqual({ ...line, text: '🦀'.repeat(limits.preview), attachments: 2 })
    await sql`update room_participants set history_from_seq = 2 where user_id = ${people.grace}`
    expect(await last()).toBeNull()
    await sql`update room_participants set history_from_seq = 0 where user_id = ${people.grace}`
    // Lapsed and not yet emptied is as gone as deleted.
    await sql`update messages set expires_at = now() where seq = 2`
    expect(await last()).toEqual({ ...line, text: '', deleted: true })
    await sql`update messages set expires_at = null, deleted_at = now() where seq = 2`
    expect(await last()).toEqual({ ...line, text: '', deleted: true })
    await sql`delete from auth.users where id = ${people.ada}`
    expect(await last()).toEqual({ ...line, by: null, name: null, text: '', deleted: true })
  })

  test('[INB8] a room stands where someone last wrote in it, or where it was made; who comes and goes does not move it', async () => {
    const [empty, older, newer] = [await makeRoom(sql), await makeRoom(sql), await makeRoom(sql)]
    await sql`update rooms set created_at = ${new Date(nineOClock)}`
    await fill(sql, older, [posted(1, { at: nineOClock + 1_000 }), joined(90)])
    await fill(sql, newer, [posted(1, { at: nineOClock + 2_000 })])
    const order = async () => (await stateOf('grace')).rooms.map(({ room, lastAt }) => [room, lastAt])
    const places = [
      [newer, nineOClock + 2_000],
      [older, nineOClock + 1_000],
      [empty, nineOClock],
    ]
    expect(await order()).toEqual(places)
    // What was said before one's time is not shown, and stands all the same.
    await sql`update room_participants set history_from_seq = 99`
    expect(await order()).toEqual(places)
  })

  test('[INB8] nobody who is gone has an inbox', async () => {
    expect(await call(sql, 'inbox_state', randomUUID())).toBeNull()
  })
})

describe('what a person set about a room', () => {
  test('[INB9] is kept as it was said last, and no business of the room', async () => {
    const room = await makeRoom(sql)
    const version = async () => (await sql`select members_version from rooms where id = ${room}`)[0]!['members_version']
    const before = await version()
    const one = { room, pinnedAt: nineOClock, archivedAt: null, mutedUntil: nineOClock + 1, level: 'mentions' }
    const two = { room, pinnedAt: null, archivedAt: nineOClock, mutedUntil: null, level: 'nothing' }
    expect(await call(sql, 'keep_room_preferences', people.grace, json([two, one]))).toEqual({ kept: [room] })
    expect(await lineOf('grace')).toMatchObject(one)
    expect(await call(sql, 'keep_room_preferences', people.grace, json([one, two]))).toEqual({ kept: [room] })
    expect(await lineOf('grace')).toMatchObject(two)
    expect([await version(), await lineOf('ada')]).toMatchObject([before, { level: 'all', archivedAt: null }])
  })

  test('[INB9] what is not named stays, and rooms that are not the person’s are left out', async () => {
    const [room, left, others] = [await makeRoom(sql), await makeRoom(sql), await makeRoom(sql, [])]
    await sql`update room_participants set left_at = now() where room_id = ${left} and user_id = ${people.grace}`
    const keep = (...rooms: object[]) => call(sql, 'keep_room_preferences', people.grace, json(rooms))
    await keep({ room, pinnedAt: nineOClock, mutedUntil: nineOClock })
    const answer = await keep({ room, mutedUntil: null }, { room: left, pinnedAt: 1 }, { room: others, pinnedAt: 1 })
    expect(answer).toEqual({ kept: [room] })
    expect(await lineOf('grace')).toMatchObject({ pinnedAt: nineOClock, mutedUntil: null, level: 'all' })
    expect(await sql`select from room_participants where pinned_at is not null`).toHaveLength(1)
    expect(await keep()).toEqual({ kept: [] })
  })

  test('[INB9] nobody sets it for another, not even when adding them', async () => {
    const room = await makeRoom(sql, ['grace'], 'sql')
    const level = (by: Person) =>
      attempt(
        sql,
        by,
        (tx) => tx`
          update room_participants set notify_level = 'nothing' where room_id = ${room} and user_id = ${people.grace}`,
      )
    expect([await level('ada'), await level('grace')]).toEqual(['refused 42501', '1 rows'])
    const add = (columns: object) =>
      attempt(
        sql,
        'ada',
        (tx) => tx`insert into room_participants ${tx({ room_id: room, user_id: people.linus, ...columns })}`,
      )
    expect([
      await add({}),
      await add({ notify_level: 'nothing' }),
      await add({ muted_until: new Date() }),
      await add({ pinned_at: new Date() }),
      await add({ archived_at: new Date() }),
      await add({ unread_from_seq: 1 }),
    ]).toEqual(['1 rows', ...Array.from({ length: 5 }, () => 'refused 42501')])
  })
})

describe('settings', () => {
  test('[SET3] what is named changes, the rest stays', async () => {
    const quietHours = { from: 1_320, to: 420, timeZone: 'Europe/Berlin', days: [0, 1, 2, 3, 4] }
    await call(sql, 'change_settings', people.ada, json({ quietHours, previews: false, photo: 'contacts' }))
    const answer = await call(sql, 'change_settings', people.ada, json({ lastSeen: 'nobody' }))
    const settings = {
      ...{ lastSeen: 'nobody', photo: 'contacts', about: 'everyone', groupAdd: 'everyone' },
      ...{ readReceipts: true, quietHours, previews: false },
    }
    expect(answer).toEqual({ settings, rooms: [] })
    expect((await stateOf('ada')).person['settings']).toEqual(settings)
    expect(await call(sql, 'change_settings', people.ada, json({ quietHours: null }))).toEqual({
      settings: { ...settings, quietHours: null },
      rooms: [],
    })
    expect(await call(sql, 'change_settings', randomUUID(), json({ previews: true }))).toBeNull()
  })

  test('[SET3] what no device could read is not kept, whoever writes it; what other clients keep there is', async () => {
    const quiet = { from: 1_320, to: 420, timeZone: 'Europe/Berlin', days: [0, 6] }
    const keep = (preferences: object) =>
      attempt(
        sql,
        'ada',
        (tx) => tx`update user_profiles set notification_preferences = ${tx.json(preferences as never)}`,
      )
    expect([
      await keep({ quietHours: quiet, previews: true, ringtone: 'bell' }),
      await keep({ quietHours: null }),
      await keep({ quietHours: { ...quiet, days: [] } }),
    ]).toEqual(['1 rows', '1 rows', '1 rows'])
    const wrong = [
      { quietHours: 'always' },
      { quietHours: { ...quiet, from: '22:00' } },
      { quietHours: { ...quiet, to: 1_440 } },
      { quietHours: { ...quiet, from: -1 } },
      { quietHours: { ...quiet, timeZone: 2 } },
      { quietHours: { ...quiet, days: 5 } },
      { quietHours: { ...quiet, days: [7] } },
      { quietHours: { ...quiet, days: ['monday'] } },
      { quietHours: { from: 1, to: 2 } },
      { previews: 'yes' },
      [],
    ]
    for (const preferences of wrong) expect(await keep(preferences), json(preferences)).toBe('refused 23514')
    await sql`update user_profiles set notification_preferences = ${sql.json({ ringtone: 'bell' })}`
    await call(sql, 'change_settings', people.ada, json({ quietHours: quiet, previews: false }))
    const [profile] = await sql`select notification_preferences as kept from user_profiles where id = ${people.ada}`
    expect(profile!['kept']).toEqual({ ringtone: 'bell', quietHours: quiet, previews: false })
  })
})

describe('blocking', () => {
  test('[BLK1] it is done once, however often it is asked, and names the rooms of both', async () => {
    const direct = await openDirect('ada', 'grace')
    const group = await makeRoom(sql, ['grace', 'linus'])
    await makeRoom(sql, ['linus'])
    const answer = { outcome: 'done', blocked: [people.grace], direct, shared: [direct, group].toSorted() }
    const versions = () => sql`select id, members_version from rooms order by id`.then((rows) => [...rows])
    const before = await versions()
    expect(await call(sql, 'set_block', people.ada, people.grace, true)).toEqual(answer)
    const raised = before.map((row) => ({
      ...row,
      members_version: (row['members_version'] as number) + Number([direct, group].includes(row['id'] as string)),
    }))
    expect(await versions()).toEqual(raised)
    expect(await call(sql, 'set_block', people.ada, people.grace, true)).toEqual(answer)
    expect(await versions()).toEqual(raised)
  })
})

describe('presence', () => {
  test('[PRS4] it is kept as it is shown, for as long as it is renewed', async () => {
    const custom = { text: 'Compiling', emoji: '⚙️', until: null }
    const keep = (online: boolean, show: string, away: boolean) =>
      call(
        sql,
        'keep_presence',
        ...[people.ada, online, show, json(custom), away, nineOClock, limits.presenceLeaseMs / 1_000],
      )
    const row = async () => (await sql`select is_online, status, custom from user_presence`)[0]
    expect(await keep(true, 'available', false)).toEqual({ outcome: 'kept', expiresAt: expect.any(Number) })
    expect(await row()).toEqual({ is_online: true, status: 'available', custom })
    await keep(true, 'available', true)
    expect(await row()).toEqual({ is_online: true, status: 'away', custom })
    await keep(false, 'invisible', true)
    expect(await row()).toEqual({ is_online: false, status: 'invisible', custom })
    expect((await stateOf('ada')).person['status']).toEqual({ show: 'invisible', custom })
  })

  const keep = (online: boolean, seenAt: number | null, ttlSeconds = 120) =>
    call(sql, 'keep_presence', people.ada, online, 'available', null, false, seenAt, ttlSeconds)
  const seenAt = async () => (await stateOf('ada')).person['lastSeenAt']

  test('[PRS4] last seen never goes back, nor ahead of now', async () => {
    await keep(true, nineOClock - 9_000)
    expect(await seenAt()).toBe(nineOClock - 9_000)
    await keep(true, nineOClock)
    await keep(true, nineOClock - 1_000)
    await keep(false, null)
    expect(await seenAt()).toBe(nineOClock)
    await keep(true, Date.now() + 3_600_000)
    const [now] = await sql`select private.to_ms(now()) as ms`
    const seen = (await seenAt()) as number
    expect([seen > nineOClock, seen <= now!['ms']]).toEqual([true, true])
  })

  test('[PRS4] it lasts 30 s at least and 10 min at most, and is swept when it is over', async () => {
    const lease = async (ttlSeconds: number) => {
      await keep(true, null, ttlSeconds)
      const [row] = await sql`select extract(epoch from expires_at - updated_at)::int as seconds from user_presence`
      return row!['seconds'] as number
    }
    expect([await lease(0), await lease(120), await lease(99_999)]).toEqual([30, 120, 600])
    await sql`update user_presence set expires_at = now() - interval '1 s'`
    await sql`select sweep_ephemeral()`
    expect([...(await sql`select is_online from user_presence`)]).toEqual([{ is_online: false }])
  })

  test('[PRS4] nobody is here who is gone', async () => {
    const answer = await call(sql, 'keep_presence', randomUUID(), true, 'available', null, false, null, 120)
    expect(answer).toEqual({ outcome: 'unknown' })
  })
})

test('[INB8] the service alone asks for an inbox', async () => {
  expect(await attempt(sql, 'ada', (tx) => tx`select parley.inbox_state(${people.ada})`)).toBe('refused 42501')
  expect(await attempt(sql, 'service', (tx) => tx`select parley.inbox_state(${people.ada})`)).toBe('1 rows')
})
