import { createHash, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { limits } from '../../protocol/limits.ts'
import { freshDatabase, secondConnection, type Sql, waitingFor } from './support/database.ts'
import { keepAs, people, startOver } from './support/people.ts'
import { makeRoom } from './support/rooms.ts'
import { call, pagesOf, recordOf } from './support/service.ts'

let sql: Sql
beforeAll(async () => {
  sql = await freshDatabase()
})
beforeEach(() => startOver(sql))
afterAll(() => sql.end())

/** Rooms of someone's, as many as that. */
async function own(person: string, count: number): Promise<void> {
  await sql`
    insert into rooms (type, name, created_by) select 'group', 'Room ' || i, ${person} from generate_series(1, ${count}) i`
}

/** Rooms of ada's that someone is in, as many as that. */
async function fill(person: string, count: number): Promise<void> {
  await sql`
    with made as (
      insert into rooms (type, name, created_by) select 'group', 'Room ' || i, ${people.ada} from generate_series(1, ${count}) i
      returning id)
    insert into room_participants (room_id, user_id) select id, ${person} from made`
}

const group = (owner: string, members: string[] = [], id: string = randomUUID()) =>
  call(sql, 'create_group', id, 'Looms', owner, `{${members.join()}}`)

describe('direct rooms', () => {
  const open = (db: Sql, one: string, other: string) => call(db, 'open_direct', one, other)

  test('[ROM1] whom both open in one moment is one room, with two members', async () => {
    const other = await secondConnection(sql)
    const { mine, theirs } = await sql.begin(async (tx) => {
      const mine = await call(tx, 'open_direct', people.ada, people.grace)
      const theirs = open(other, people.grace, people.ada)
      await waitingFor(sql, tx)
      return { mine, theirs }
    })
    expect(mine).toEqual({ outcome: 'open', roomId: expect.any(String) })
    expect(await theirs).toEqual(mine)
    const members = await sql`select accepted_at is not null as accepted from room_participants`
    expect([...members]).toEqual([{ accepted: true }, { accepted: true }])
    expect(await open(sql, people.ada, people.ada)).toEqual({ outcome: 'self' })
  })

  test('[ROM1] a block refuses like nobody, either way; a room that is there stays theirs', async () => {
    const block = (one: string, whom: string[]) =>
      sql`update user_profiles set blocked_user_ids = ${whom} where id = ${one}`
    await block(people.grace, [people.ada])
    const unknown = { outcome: 'unknown' }
    expect(await open(sql, people.ada, people.grace)).toEqual(unknown)
    expect(await open(sql, people.grace, people.ada)).toEqual(unknown)
    expect(await open(sql, people.ada, randomUUID())).toEqual(unknown)
    await block(people.grace, [])
    const there = await open(sql, people.ada, people.grace)
    await block(people.grace, [people.ada])
    expect(await open(sql, people.ada, people.grace)).toEqual(there)
  })
})

describe('how many there may be', () => {
  test('[ROM7] one owns limits.roomsOwned rooms, made at once or one after the other, through the service or as oneself', async () => {
    await own(people.ada, limits.roomsOwned - 1)
    const other = await secondConnection(sql)
    const theirs = await sql.begin(async (tx) => {
      expect(await call(tx, 'create_group', randomUUID(), 'Looms', people.ada, '{}')).toMatchObject({
        outcome: 'created',
      })
      const theirs = call(other, 'create_group', randomUUID(), 'Looms', people.ada, '{}')
      await waitingFor(sql, tx)
      return { theirs }
    })
    expect(await theirs.theirs).toEqual({ outcome: 'too_many' })
    const asOneself = keepAs(
      sql,
      'ada',
      (tx) => tx`insert into rooms (type, name, created_by) values ('group', 'x', ${people.ada})`,
    )
    await expect(asOneself).rejects.toMatchObject({ code: '23514' })

    const [mine] = await sql`select id from rooms limit 1`
    expect(await group(people.ada, [], mine!['id'] as string)).toMatchObject({ outcome: 'already' })
    const theirRoom = (await group(people.grace, [people.ada]))['roomId'] as string
    const hand = () => call(sql, 'hand_over', randomUUID(), theirRoom, people.grace, people.ada)
    expect(await hand()).toEqual({ outcome: 'too_many' })
    await sql`delete from rooms where id = ${mine!['id']}`
    expect(await hand()).toMatchObject({ outcome: 'changed' })
  })

  test('[ROM7] one is in limits.rooms rooms, whichever way one would come into another', async () => {
    await fill(people.linus, limits.rooms - 1)
    const [last, next] = [await makeRoom(sql, []), await makeRoom(sql, [])]
    const add = (room: string) =>
      call(
        sql,
        'change_members',
        randomUUID(),
        room,
        people.ada,
        JSON.stringify([{ kind: 'add', person: people.linus }]),
      )
    expect(await add(last)).toMatchObject({ refused: [] })

    expect(await add(next)).toMatchObject({ changes: [], refused: [{ reason: 'too_many_rooms' }] })
    const hash = createHash('sha256').update('a code').digest('hex')
    await call(sql, 'create_join_link', randomUUID(), next, people.ada, hash, null)
    await sql`update rooms set visibility = 'public' where id = ${next}`
    const tooMany = { outcome: 'too_many' }
    expect(await call(sql, 'join_room', randomUUID(), hash, people.linus, 0)).toEqual(tooMany)
    expect(await call(sql, 'join_public', randomUUID(), next, people.linus, 0)).toEqual(tooMany)
    expect(await call(sql, 'open_direct', people.linus, people.grace)).toEqual(tooMany)
    expect(await group(people.linus)).toEqual(tooMany)
    expect(await group(people.grace, [people.linus])).toMatchObject({
      refused: [{ person: people.linus, reason: 'too_many_rooms' }],
    })
    // Nobody is kept from writing to them.
    expect(await call(sql, 'open_direct', people.grace, people.linus)).toMatchObject({ outcome: 'open' })

    await sql`update room_participants set left_at = now() where user_id = ${people.linus} and room_id = ${last}`
    await sql`delete from rooms where type = 'direct'`
    expect(await call(sql, 'join_public', randomUUID(), next, people.linus, 0)).toMatchObject({ outcome: 'joined' })
  })

  test('[LNK5] a room has limits.roomLinks links that open something; one that is over makes room', async () => {
    const room = await makeRoom(sql, [])
    const make = () =>
      call(sql, 'create_join_link', randomUUID(), room, people.ada, randomUUID().replaceAll('-', '').repeat(2), null)
    for (let i = 0; i < limits.roomLinks; i++) await make()
    expect(await make()).toEqual({ outcome: 'too_many' })
    await sql`
      update parley.join_links set revoked_at = now() where id = (
        select id from parley.join_links where room_id = ${room} limit 1)`
    expect(await make()).toMatchObject({ outcome: 'created' })
    expect(await make()).toEqual({ outcome: 'too_many' })
  })

  test('[LNK5] one waits at limits.joinRequests rooms', async () => {
    const rooms = await Promise.all(Array.from({ length: limits.joinRequests + 1 }, () => makeRoom(sql, [])))
    await sql`update rooms set visibility = 'public'`
    const asked = []
    for (const room of rooms) asked.push((await call(sql, 'ask_to_join', room, people.grace))['outcome'])
    expect(asked).toEqual([...Array.from({ length: limits.joinRequests }, () => 'waiting'), 'too_many'])
  })
})

describe('coming in', () => {
  test('[LNK4] where admins let people in, no link and no directory does', async () => {
    const room = await makeRoom(sql, [])
    const hash = createHash('sha256').update('a code').digest('hex')
    await call(sql, 'create_join_link', randomUUID(), room, people.ada, hash, null)
    await call(sql, 'change_entry', room, people.ada, 'public', 'approval')
    const approval = { outcome: 'approval' }
    expect(await call(sql, 'join_room', randomUUID(), hash, people.grace, 0)).toEqual(approval)
    expect(await call(sql, 'join_public', randomUUID(), room, people.grace, 0)).toEqual(approval)
    expect(await call(sql, 'link_preview', hash)).toMatchObject({ outcome: 'open', approval: true })
    await call(sql, 'ask_to_join', room, people.grace)
    expect(await call(sql, 'approve_join_request', randomUUID(), room, people.ada, people.grace, 7)).toMatchObject({
      changes: [{ kind: 'add', member: { person: people.grace, read: 7 } }],
    })
  })

  test('[ROM6] a public room lets in once for each command, and no room that is private, direct or gone', async () => {
    const room = await makeRoom(sql, [])
    const join = (where: string, command = randomUUID()) => call(sql, 'join_public', command, where, people.grace, 5)
    const direct = (await call(sql, 'open_direct', people.ada, people.linus))['roomId'] as string
    await sql`update rooms set visibility = 'public' where id = ${direct}`
    for (const where of [room, direct, randomUUID()]) expect(await join(where)).toEqual({ outcome: 'unknown' })

    await call(sql, 'change_entry', room, people.ada, 'public')
    const command = randomUUID()
    const joined = await join(room, command)
    expect(joined).toMatchObject({ outcome: 'joined', roomId: room, member: { delivered: 5, read: 5 } })
    expect(await join(room, command)).toEqual(joined)
    expect(await join(room)).toMatchObject({ outcome: 'already' })
    expect(await recordOf(sql, room)).toEqual([
      { actor: people.ada, action: 'entry_changed', person: null },
      { actor: people.grace, action: 'joined', person: people.grace },
    ])
    // Nothing changed, so nothing is recorded.
    await call(sql, 'change_entry', room, people.ada, 'public', 'open')
    expect(await recordOf(sql, room)).toHaveLength(2)
    expect(await call(sql, 'change_entry', room, people.grace, 'private')).toEqual({ outcome: 'forbidden' })
  })
})

describe('lists', () => {
  test('[ROM6] the directory holds what is public as long as it is, and is paged without a gap or a repeat', async () => {
    await sql`
      insert into rooms (type, name, visibility, created_by, last_message_at)
      select 'group', 'Loom ' || i, case when i % 5 = 0 then 'private' else 'public' end, ${people.ada},
        '2026-01-01'::timestamptz + (i / 3) * interval '1 s'
      from generate_series(1, 50) i`
    const names = async (query: string) =>
      (await pagesOf(sql, 'directory', [people.grace, query], 7)).flat().map(({ name }) => String(name))
    const all = await names('')
    expect(all).toHaveLength(40)
    expect(new Set(all).size).toBe(40)
    const numbers = all.map((name) => Math.trunc(Number(name.slice(5)) / 3))
    expect(numbers).toEqual(numbers.toSorted((a, b) => b - a))
    expect((await names('loom 1'))[0]).toBe('Loom 1')
    expect((await names('LOOM')).toSorted()).toEqual(all.toSorted())
    expect(await names('oom_1')).toEqual([])

    await sql`update rooms set visibility = 'private' where name = 'Loom 1'`
    await sql`update rooms set visibility = 'public' where name = 'Loom 5'`
    expect(await names('loom 1')).not.toContain('Loom 1')
    expect(await names('loom 5')).toContain('Loom 5')
  })

  test('[ROM6] a name in any script is found by a part of it', async () => {
    await sql`
      insert into rooms (type, name, visibility, created_by)
      select 'group', name, 'public', ${people.ada} from unnest(${['我家在上海东边', 'Привет, мир']}::text[]) name`
    const names = async (query: string) =>
      (await pagesOf(sql, 'directory', [people.grace, query], 7)).flat().map(({ name }) => name)
    expect(await names('上海')).toEqual(['我家在上海东边'])
    expect(await names('привет')).toEqual(['Привет, мир'])
  })

  test('[ROM5] members are paged by rank and name, with names that are alike told apart', async () => {
    const room = await makeRoom(sql, ['grace', 'linus'])
    await sql`update user_profiles set display_name = 'same' where id in (${people.grace}, ${people.linus})`
    const pages = await pagesOf(sql, 'members_of', [room, people.ada], 1)
    expect(pages.map((page) => page.map(({ person }) => person))).toEqual([
      [people.ada],
      [people.grace],
      [people.linus],
    ])
    expect(await call(sql, 'members_of', room, randomUUID())).toBe(null)
  })

  test('[ROM8] what was turned off is recorded as well, once, at its own time', async () => {
    const room = await makeRoom(sql, [])
    const changed = { kind: 'room_changed', seq: 1, at: 1_795_424_400_000, by: people.ada, disappearingMs: null }
    const event = { ...changed, id: '01900000-0000-8000-8000-000000000001' }
    const ingest = () => sql`select public.ingest_batch(${room}, 1, 1, 1, ${sql.json([event])})`
    await ingest()
    await ingest()
    const records = await sql`select action, details, at from parley.audit_log where room_id = ${room}`
    expect([...records]).toEqual([
      { action: 'room_changed', details: { disappearingMs: 0 }, at: new Date(1_795_424_400_000) },
    ])
  })
})
