import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import * as z from 'zod/mini'
import { RoomLine, Settings } from '../../protocol/inbox.ts'
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
          lastAt: nineOClock + 4_000,
          ...{ pinnedAt: null, archivedAt: null, mutedUntil: null, level: 'all', accepted: true },
        },
      ],
    })
  })

  test('[INB8] it reads as the protocol says, whatever there is in it', async () => {
    const direct = await openDirect('ada', 'grace')
    const group = await makeRoom(sql, ['grace'])
    await fill(sql, direct, run(1, 3))
    await fill(sql, group, [posted(1, { by: null, text: '' })])
    await sql`
      update room_participants set muted_until = 'infinity', pinned_at = now(), archived_at = 'infinity', unread_from_seq = 1
      where user_id = ${people.grace}`
    const { person, rooms } = await stateOf('grace')
    expect(z.array(RoomLine).parse(rooms)).toHaveLength(2)
    expect(rooms[0]).toMatchObject({ mutedUntil: 8_640_000_000_000_000, archivedAt: 8_640_000_000_000_000 })
    expect(Settings.parse(person['settings'])).toEqual(person['settings'])
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
})

test('[INB8] the service alone asks for an inbox', async () => {
  expect(await attempt(sql, 'ada', (tx) => tx`select parley.inbox_state(${people.ada})`)).toBe('refused 42501')
  expect(await attempt(sql, 'service', (tx) => tx`select parley.inbox_state(${people.ada})`)).toBe('1 rows')
})
