import { createHash, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { limits } from '../../protocol/limits.ts'
import { freshDatabase, secondConnection, type Sql, type Tx, waitingFor } from './support/database.ts'
import { people, signUp } from './support/people.ts'
import { makeRoom } from './support/rooms.ts'
import { call, memberFacts, recordOf } from './support/service.ts'

let sql: Sql
beforeAll(async () => {
  sql = await freshDatabase()
  await signUp(sql)
})
afterAll(() => sql.end())

let links = 0
async function link(room: string, expiresInMs = 60_000, maxUses: number | null = null): Promise<string> {
  const hash = createHash('sha256').update(`code ${links++}`).digest('hex')
  const expiresAt = Date.now() + expiresInMs
  const answer = await call(sql, 'create_join_link', randomUUID(), room, people.ada, hash, expiresAt, maxUses)
  expect(answer).toEqual({ outcome: 'created', linkId: expect.any(String), expiresAt })
  return hash
}

const freshHash = () => randomUUID().replaceAll('-', '').repeat(2)
const join = (hash: string, person: string, head = 0, command = randomUUID()) =>
  call(sql, 'join_room', command, hash, person, head)
const revoke = (room: string, linkId: string) => call(sql, 'revoke_join_link', room, people.ada, linkId)

type Listed = { id: string; uses: number; over: string | null }
async function listed(room: string): Promise<Listed[]> {
  const answer = await call(sql, 'join_links_of', room, people.ada)
  expect(answer['next']).toBe(null)
  return answer['items'] as Listed[]
}

describe('join links', () => {
  test('are made by owner and admin of a group, and by nobody else', async () => {
    const room = await makeRoom(sql, ['grace'])
    const make = (person: string) => call(sql, 'create_join_link', randomUUID(), room, person, freshHash(), Date.now())
    expect([await make(people.ada), await make(people.grace), await make(people.linus)]).toEqual([
      { outcome: 'created', linkId: expect.any(String), expiresAt: expect.any(Number) },
      { outcome: 'forbidden' },
      { outcome: 'forbidden' },
    ])
    await sql`update room_participants set role = 'admin' where room_id = ${room} and user_id = ${people.grace}`
    expect(await make(people.grace)).toMatchObject({ outcome: 'created' })
    await sql`update room_participants set left_at = now() where room_id = ${room} and user_id = ${people.ada}`
    expect(await make(people.ada)).toEqual({ outcome: 'forbidden' })
  })

  test('[API8] a command makes one link, however often it comes, and tells it again when the room has no place for more', async () => {
    const room = await makeRoom(sql, ['grace'])
    const [command, hash, expiresAt] = [randomUUID(), freshHash(), Date.now() + 60_000]
    const make = (by: string, code = hash, end = expiresAt, into = room) =>
      call(sql, 'create_join_link', command, into, by, code, end)
    const made = { outcome: 'created', linkId: command, expiresAt }
    expect(await make(people.ada)).toEqual(made)
    for (let i = 1; i < limits.roomLinks; i++) await link(room)
    expect(await make(people.ada, hash, expiresAt + 1_000)).toEqual(made)
    expect(await make(people.grace)).toEqual({ outcome: 'forbidden' })
    const recorded = (await recordOf(sql, room)).filter(({ action }) => action === 'link_created')
    const kept = await sql`select id from parley.join_links where room_id = ${room}`
    expect([kept.length, recorded.length]).toEqual([limits.roomLinks, limits.roomLinks])
  })

  test('show the room’s name, its size and who invites, to members that they are', async () => {
    const room = await makeRoom(sql, ['grace'])
    const hash = await link(room)
    const facts = { roomId: room, roomName: 'Analytical engines', memberCount: 2, invitedBy: 'ada' }
    const open = { outcome: 'open', ...facts, passcode: false, approval: false }
    expect(await call(sql, 'link_preview', hash)).toEqual({ ...open, member: false })
    expect(await call(sql, 'link_preview', hash, people.linus)).toEqual({ ...open, member: false })
    expect(await call(sql, 'link_preview', hash, people.grace)).toEqual({ ...open, member: true })
    expect(await call(sql, 'link_preview', '0'.repeat(64))).toEqual({ outcome: 'unknown' })
    expect(await call(sql, 'link_preview', await link(room, -1))).toEqual({ outcome: 'over', reason: 'expired' })
  })

  test('are listed for owner and admins with how many came in by each and why one is over, without code or hash', async () => {
    const room = await makeRoom(sql, ['grace'])
    const hashes = [await link(room), await link(room, -1), await link(room, 60_000, 1), await link(room)]
    await join(hashes[2]!, people.linus)
    const before = await listed(room)
    expect(await revoke(room, before.find(({ over, uses }) => over === null && uses === 0)!.id)).toEqual({
      outcome: 'revoked',
    })
    const after = await listed(room)
    const ada = { createdBy: people.ada, createdByName: 'ada' }
    const shown = { id: expect.any(String), ...ada, createdAt: expect.any(Number) }
    const lasting = { ...shown, expiresAt: expect.any(Number), maxUses: null, uses: 0 }
    expect(after.toSorted((a, b) => String(a.over).localeCompare(String(b.over)))).toEqual([
      { ...lasting, over: 'expired' },
      { ...lasting, over: null },
      { ...lasting, over: 'revoked' },
      { ...lasting, maxUses: 1, uses: 1, over: 'used_up' },
    ])
    expect(await call(sql, 'join_links_of', room, people.grace)).toBe(null)
  })

  test('are revoked by owner and admins of their own room, as often as they say so', async () => {
    const room = await makeRoom(sql, ['grace'])
    const elsewhere = await makeRoom(sql, ['grace'])
    const hash = await link(room)
    const [{ id: linkId }] = (await listed(room)) as [Listed]
    expect(await call(sql, 'revoke_join_link', room, people.grace, linkId)).toEqual({ outcome: 'forbidden' })
    expect(await revoke(elsewhere, linkId)).toEqual({ outcome: 'unknown' })
    expect([await revoke(room, linkId), await revoke(room, linkId)]).toEqual([
      { outcome: 'revoked' },
      { outcome: 'revoked' },
    ])
    expect(await join(hash, people.linus)).toEqual({ outcome: 'over', reason: 'revoked' })
    expect(await call(sql, 'link_preview', hash)).toEqual({ outcome: 'over', reason: 'revoked' })
    const record = [
      { actor: people.ada, action: 'link_created', person: null },
      { actor: people.ada, action: 'link_revoked', person: null },
    ]
    expect(await recordOf(sql, room)).toEqual(record)
  })
})

describe('joining', () => {
  test('makes a member with both marks at the head', async () => {
    const room = await makeRoom(sql, ['grace'])
    expect(await join(await link(room), people.linus, 7)).toEqual({
      outcome: 'joined',
      roomId: room,
      membersVersion: 3,
      member: memberFacts('linus', { delivered: 7, read: 7 }),
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
      { outcome: 'over', reason: 'expired' },
      { outcome: 'over', reason: 'revoked' },
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
    expect(await call(sql, 'link_preview', hash, people.grace)).toEqual({ outcome: 'unknown' })
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

  test('by a link for one person lets nobody else in, and whoever came by it stays', async () => {
    const room = await makeRoom(sql, [])
    const hash = await link(room, 60_000, 1)
    expect(await join(hash, people.linus)).toMatchObject({ outcome: 'joined' })
    expect(await join(hash, people.grace)).toEqual({ outcome: 'over', reason: 'used_up' })
    expect(await call(sql, 'link_preview', hash, people.grace)).toEqual({ outcome: 'over', reason: 'used_up' })
    expect(await join(hash, people.linus)).toMatchObject({ outcome: 'already' })
    expect(await recordOf(sql, room)).toEqual([
      { actor: people.ada, action: 'link_created', person: null },
      { actor: people.linus, action: 'joined_by_link', person: people.linus },
    ])
  })

  test('by two people at once through a link for one lets one of them in', async () => {
    const room = await makeRoom(sql, [])
    const hash = await link(room, 60_000, 1)
    const other = await secondConnection(sql)
    const theirs = await sql.begin(async (tx) => {
      expect(await call(tx, 'join_room', randomUUID(), hash, people.linus, 0)).toMatchObject({ outcome: 'joined' })
      const theirs = call(other, 'join_room', randomUUID(), hash, people.grace, 0)
      await waitingFor(sql, tx)
      return { theirs }
    })
    expect(await theirs.theirs).toEqual({ outcome: 'over', reason: 'used_up' })
  })

  test('a link that is revoked while someone uses it lets them in first or not at all', async () => {
    const room = await makeRoom(sql, [])
    const hash = await link(room)
    const [{ id: linkId }] = (await listed(room)) as [Listed]
    const other = await secondConnection(sql)
    const theirs = await sql.begin(async (tx) => {
      await call(tx, 'revoke_join_link', room, people.ada, linkId)
      const theirs = call(other, 'join_room', randomUUID(), hash, people.linus, 0)
      await waitingFor(sql, tx)
      return { theirs }
    })
    expect(await theirs.theirs).toEqual({ outcome: 'over', reason: 'revoked' })
  })
})
