import { createHash, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod/mini'
import { Member, RoomFacts } from '../../protocol/downstream.ts'
import { freshDatabase, secondConnection, type Sql, type Tx, waitingFor } from './support/database.ts'
import { people, signUp } from './support/people.ts'
import { fill, ingest, joined, makeRoom, posted } from './support/rooms.ts'

let sql: Sql
beforeAll(async () => {
  sql = await freshDatabase()
  await signUp(sql)
})
afterAll(() => sql.end())

/** What a service function answered, or null. */
type Answer = Record<string, unknown>

async function call(name: string, ...args: (string | number | null)[]): Promise<Answer> {
  const list = args.map((_, i) => `$${i + 1}`).join(', ')
  const [row] = await sql.unsafe(`select parley.${name}(${list}) as answer`, args)
  return row!['answer']
}

let links = 0
async function link(room: string, expiresInMs = 60_000): Promise<string> {
  const hash = createHash('sha256').update(`code ${links++}`).digest('hex')
  expect(await call('create_join_link', room, people.ada, hash, Date.now() + expiresInMs)).toEqual({
    outcome: 'created',
  })
  return hash
}

const join = (hash: string, person: string, head = 0, command = randomUUID()) =>
  call('join_room', command, hash, person, head)

describe('an object that wakes with nothing', () => {
  test('claims the next epoch; the head is lifted from the second claim on', async () => {
    const room = await makeRoom(sql)
    await fill(sql, room, [posted(1), posted(2)])
    expect(await call('claim_epoch', room)).toEqual({ epoch: 2, lastSeq: 2 })
    expect(await call('claim_epoch', room)).toEqual({ epoch: 3, lastSeq: 2 + 2_097_152 })
    expect(await call('claim_epoch', randomUUID())).toBe(null)
  })

  test('learns the room and its active members, with their marks, in the shapes of the wire', async () => {
    const room = await makeRoom(sql, ['grace', 'linus'])
    await ingest(sql, {
      ...{ room, from: 1, to: 1, events: [posted(1)] },
      marks: [{ person: people.grace, delivered: 1, read: 0 }],
    })
    await sql`update room_participants set left_at = now() where room_id = ${room} and user_id = ${people.linus}`
    const state = await call('room_state', room)
    const facts = RoomFacts.parse(state['room'])
    expect(facts).toEqual({
      id: room,
      type: 'group',
      name: 'Analytical engines',
      createdBy: people.ada,
      createdAt: expect.any(Number),
    })
    expect(Math.abs(facts.createdAt - Date.now())).toBeLessThan(60_000)
    expect({ ...state, room: null }).toEqual({
      room: null,
      epoch: 1,
      lastSeq: 1,
      membersVersion: 4,
      members: [
        { person: people.ada, name: 'ada', role: 'owner', delivered: 0, read: 0 },
        { person: people.grace, name: 'grace', role: 'member', delivered: 1, read: 0 },
      ],
    })
    expect(z.array(Member).safeParse(state['members']).success).toBe(true)
    expect(await call('room_state', randomUUID())).toBe(null)
  })

  test('rebuilds its spine page by page: posts with their hashes, no system rows', async () => {
    const room = await makeRoom(sql)
    const imported = posted(4, { by: null, source: { name: 'Ada', source: 'whatsapp' } })
    await fill(sql, room, [posted(1), joined(2), posted(3), imported])
    const [first, third] = [posted(1), posted(3)]
    const entry = ({ seq, id, by, hash, at }: typeof first, isImported = false) => ({
      seq,
      id,
      by,
      hash,
      at,
      imported: isImported,
    })
    expect(await call('room_spine', room, 0, 2)).toEqual([entry(first), entry(third)])
    expect(await call('room_spine', room, 3, 2)).toEqual([entry(imported, true)])
    expect(await call('room_spine', room, 4, 2)).toEqual([])
  })
})

describe('join links', () => {
  test('are made by owner and admin of a group, and by nobody else', async () => {
    const room = await makeRoom(sql, ['grace'])
    const make = (person: string) =>
      call('create_join_link', room, person, randomUUID().replaceAll('-', '').repeat(2), Date.now())
    expect([await make(people.ada), await make(people.grace), await make(people.linus)]).toEqual([
      { outcome: 'created' },
      { outcome: 'forbidden' },
      { outcome: 'forbidden' },
    ])
    await sql`update room_participants set role = 'admin' where room_id = ${room} and user_id = ${people.grace}`
    expect(await make(people.grace)).toEqual({ outcome: 'created' })
    await sql`update room_participants set left_at = now() where room_id = ${room} and user_id = ${people.ada}`
    expect(await make(people.ada)).toEqual({ outcome: 'forbidden' })
  })

  test('show the room’s name, its size and who invites, to members that they are', async () => {
    const room = await makeRoom(sql, ['grace'])
    const hash = await link(room)
    const open = { outcome: 'open', roomId: room, roomName: 'Analytical engines', memberCount: 2, invitedBy: 'ada' }
    expect(await call('link_preview', hash)).toEqual({ ...open, member: false })
    expect(await call('link_preview', hash, people.linus)).toEqual({ ...open, member: false })
    expect(await call('link_preview', hash, people.grace)).toEqual({ ...open, member: true })
    expect(await call('link_preview', '0'.repeat(64))).toEqual({ outcome: 'unknown' })
    expect(await call('link_preview', await link(room, -1))).toEqual({ outcome: 'over' })
  })
})

describe('joining', () => {
  test('makes a member with both marks at the head', async () => {
    const room = await makeRoom(sql, ['grace'])
    expect(await join(await link(room), people.linus, 7)).toEqual({
      outcome: 'joined',
      roomId: room,
      membersVersion: 3,
      member: { person: people.linus, name: 'linus', role: 'member', delivered: 7, read: 7 },
    })
    expect((await sql`select member_count from rooms where id = ${room}`)[0]).toEqual({ member_count: 3 })
  })

  test('answers the same command the same, and another one that the person is in already', async () => {
    const room = await makeRoom(sql, [])
    const hash = await link(room)
    const command = randomUUID()
    const first = await join(hash, people.linus, 7, command)
    expect(await join(hash, people.linus, 9, command)).toEqual(first)
    expect(await join(hash, people.linus, 9)).toEqual({ ...first, outcome: 'already' })
    expect(await sql`select from room_participants where room_id = ${room}`).toHaveLength(2)
  })

  test('answers the same command the same even when the link is gone', async () => {
    const room = await makeRoom(sql, [])
    const hash = await link(room)
    const command = randomUUID()
    const first = await join(hash, people.linus, 7, command)
    await sql`delete from parley.join_links where code_hash = ${hash}`
    expect(await join(hash, people.linus, 7, command)).toEqual(first)
  })

  test('by one command from two places at once happens once', async () => {
    const room = await makeRoom(sql, [])
    const hash = await link(room)
    const command = randomUUID()
    const other = await secondConnection(sql)
    const ask = (db: Sql | Tx) =>
      db`select parley.join_room(${command}, ${hash}, ${people.linus}, 7) as answer`.then((rows) => rows[0]!['answer'])
    const { mine, theirs } = await sql.begin(async (tx) => {
      const mine = await ask(tx)
      const theirs = ask(other)
      await waitingFor(sql, tx)
      return { mine, theirs }
    })
    expect(mine).toMatchObject({ outcome: 'joined', membersVersion: 2 })
    expect(await theirs).toEqual(mine)
  })

  test('by two commands at once happens once, and nobody is told that it failed', async () => {
    const room = await makeRoom(sql, [])
    const hash = await link(room)
    const other = await secondConnection(sql)
    const ask = (db: Sql | Tx) =>
      db`select parley.join_room(${randomUUID()}, ${hash}, ${people.linus}, 0) ->> 'outcome' as outcome`.then(
        (rows) => rows[0]!['outcome'],
      )
    const { mine, theirs } = await sql.begin(async (tx) => {
      const mine = await ask(tx)
      const theirs = ask(other)
      await waitingFor(sql, tx)
      return { mine, theirs }
    })
    expect([mine, await theirs]).toEqual(['joined', 'already'])
    expect((await sql`select member_count from rooms where id = ${room}`)[0]).toEqual({ member_count: 2 })
  })

  test('again after leaving: a member like any other, and marks do not go back', async () => {
    const room = await makeRoom(sql, ['grace'])
    await sql`update room_participants set left_at = now(), role = 'admin', last_read_seq = 9
      where room_id = ${room} and user_id = ${people.grace}`
    expect(await join(await link(room), people.grace, 7)).toMatchObject({
      outcome: 'joined',
      member: { role: 'member', delivered: 7, read: 9 },
    })
  })

  test('by a link that is unknown, over or withdrawn is refused; a member is in already even so', async () => {
    const room = await makeRoom(sql, ['grace'])
    const over = await link(room, -1)
    const withdrawn = await link(room)
    await sql`update parley.join_links set revoked_at = now() where code_hash = ${withdrawn}`
    expect(await join('0'.repeat(64), people.linus)).toEqual({ outcome: 'unknown' })
    expect([await join(over, people.linus), await join(withdrawn, people.linus)]).toEqual([
      { outcome: 'over' },
      { outcome: 'over' },
    ])
    expect(await join(over, people.grace)).toMatchObject({ outcome: 'already', roomId: room })
  })

  test('is as good as unknown for whoever is banned, until the ban ends', async () => {
    const room = await makeRoom(sql, ['grace'])
    const hash = await link(room)
    const ban = (until: string) =>
      sql`update room_participants set left_at = now(), banned_until = ${sql.unsafe(until)} where room_id = ${room} and user_id = ${people.grace}`
    await ban(`'infinity'`)
    expect(await join(hash, people.grace)).toEqual({ outcome: 'unknown' })
    expect(await call('link_preview', hash, people.grace)).toEqual({ outcome: 'unknown' })
    await ban('now()')
    expect(await join(hash, people.grace)).toMatchObject({ outcome: 'joined' })
  })

  test('a full room changes nothing, and the same command succeeds once there is a place', async () => {
    const room = await makeRoom(sql, [])
    const hash = await link(room)
    const command = randomUUID()
    await sql`update rooms set member_count = 1000 where id = ${room}`
    const before = await sql`select member_count, members_version from rooms where id = ${room}`
    expect(await join(hash, people.linus, 0, command)).toEqual({ outcome: 'full' })
    expect([...(await sql`select member_count, members_version from rooms where id = ${room}`)]).toEqual([...before])
    expect(await sql`select from room_participants where room_id = ${room}`).toHaveLength(1)
    await sql`update rooms set member_count = 999 where id = ${room}`
    expect(await join(hash, people.linus, 0, command)).toMatchObject({ outcome: 'joined' })
  })
})
