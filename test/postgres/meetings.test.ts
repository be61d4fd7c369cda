import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freshDatabase, type Sql, type Tx } from './support/database.ts'
import { as, attempt, keepAs, people, signUp } from './support/people.ts'
import { makeRoom } from './support/rooms.ts'

// Ada hosts a meeting in a room with grace. Linus is in neither.
let sql: Sql
let room: string
let meeting: string
beforeAll(async () => {
  sql = await freshDatabase()
  await signUp(sql)
  room = await makeRoom(sql)
  meeting = await start('ada', room)
  await keepAs(sql, 'grace', (tx) => knock(tx, 'grace'))
})
afterAll(() => sql.end())

async function start(host: 'ada' | 'grace' | 'linus', inRoom: string | null, name?: string): Promise<string> {
  const row = { host_id: people[host], room_id: inRoom, ...(name ? { livekit_room_name: name } : {}) }
  const [made] = await keepAs(sql, host, (tx) => tx`insert into meetings ${tx(row)} returning id`)
  return made!['id'] as string
}

function knock(tx: Tx, person: 'grace' | 'linus', change: Record<string, unknown> = {}) {
  const row = { meeting_id: meeting, participant_id: people[person], user_id: people[person], ...change }
  return tx`insert into meeting_participants ${tx(row)}`
}

/** A co-host of the meeting, who may have been removed from it. */
async function makeCohost(person: 'grace'): Promise<void> {
  await sql`update meeting_participants set role = 'cohost', state = 'joined'
    where meeting_id = ${meeting} and user_id = ${people[person]}`
}

describe('meetings', () => {
  test('whoever starts one hosts it, and its name in LiveKit is not theirs to choose', async () => {
    const id = await start('linus', null, 'm_chosen')
    const [row] = await sql`select livekit_room_name from meetings where id = ${id}`
    expect(row!['livekit_room_name']).toMatch(/^m_[0-9a-f-]{36}$/)
    const hosts = await sql`select user_id, role from meeting_participants where meeting_id = ${id}`
    expect([...hosts]).toEqual([{ user_id: people.linus, role: 'host' }])
  })

  test('members of its room see it, strangers do not', async () => {
    const seen = (person: 'grace' | 'linus') =>
      as(sql, person, (tx) => tx`select from meetings where id = ${meeting}`).then((rows) => rows.length)
    expect([await seen('grace'), await seen('linus')]).toEqual([1, 0])
  })

  test('one room has one live meeting', async () => {
    const live = (id: string) => sql`update meetings set status = 'live', started_at = now() where id = ${id}`
    const second = await start('ada', room)
    await live(meeting)
    await expect(live(second)).rejects.toMatchObject({ constraint_name: 'meetings_one_live_per_room_idx' })
    await sql`update meetings set status = 'scheduled' where id = ${meeting}`
  })

  const mine = (tx: Tx) => tx`meeting_id = ${meeting} and participant_id = ${people.grace}`
  const attacks: [string, (tx: Tx) => Promise<{ count: number }>, string][] = [
    [
      'lets herself in',
      (tx) => tx`update meeting_participants set state = 'joined' where ${mine(tx)}`,
      'refused 42501',
    ],
    [
      'makes herself cohost',
      (tx) => tx`update meeting_participants set role = 'cohost' where ${mine(tx)}`,
      'refused 42501',
    ],
    [
      'takes a media identity',
      (tx) => tx`update meeting_participants set livekit_identity = 'ada' where ${mine(tx)}`,
      'refused 42501',
    ],
    [
      'removes herself by force',
      (tx) => tx`update meeting_participants set state = 'removed' where ${mine(tx)}`,
      'refused 42501',
    ],
    [
      'removes ada',
      (tx) => tx`update meeting_participants set state = 'removed' where meeting_id = ${meeting} and role = 'host'`,
      '0 rows',
    ],
    ['renames the meeting', (tx) => tx`update meetings set title = 'x' where id = ${meeting}`, '0 rows'],
    ['deletes the meeting', (tx) => tx`delete from meetings where id = ${meeting}`, '0 rows'],
    ['starts one as ada', (tx) => tx`insert into meetings (host_id) values (${people.ada})`, 'refused 42501'],
    [
      'invites linus',
      (tx) => tx`
        insert into meeting_invitations (meeting_id, inviter_id, invitee_id)
        values (${meeting}, ${people.grace}, ${people.linus})`,
      'refused 42501',
    ],
    [
      'records',
      (tx) => tx`insert into meeting_recordings (meeting_id, livekit_egress_id) values (${meeting}, 'e')`,
      'refused 42501',
    ],
    [
      'turns her camera off',
      (tx) => tx`update meeting_participants set video_enabled = false where ${mine(tx)}`,
      '1 rows',
    ],
    ['leaves', (tx) => tx`update meeting_participants set state = 'left' where ${mine(tx)}`, '1 rows'],
  ]
  test.for(attacks)('grace, who knocked, %s', async ([, attack, expected]) => {
    expect(await attempt(sql, 'grace', attack)).toBe(expected)
  })

  test('nobody joins by writing that they joined, or knocks where they are not expected', async () => {
    await sql`delete from meeting_participants where meeting_id = ${meeting} and participant_id = ${people.grace}`
    expect(await attempt(sql, 'grace', (tx) => knock(tx, 'grace', { state: 'joined' }))).toBe('refused 42501')
    expect(await attempt(sql, 'grace', (tx) => knock(tx, 'grace', { role: 'host' }))).toBe('refused 42501')
    expect(await attempt(sql, 'linus', (tx) => knock(tx, 'linus'))).toBe('refused 42501')
    expect(await keepAs(sql, 'grace', (tx) => knock(tx, 'grace'))).toMatchObject({ count: 1 })
  })

  test('whoever was removed neither knocks again nor deletes the row that says so', async () => {
    await sql`update meeting_participants set state = 'removed' where meeting_id = ${meeting} and participant_id = ${people.grace}`
    expect([
      await attempt(sql, 'grace', (tx) => tx`delete from meeting_participants where ${mine(tx)}`),
      await attempt(sql, 'grace', (tx) => tx`update meeting_participants set state = 'left' where ${mine(tx)}`),
      await attempt(sql, 'grace', (tx) => knock(tx, 'grace')),
    ]).toEqual(['0 rows', 'refused 42501', 'refused 23505'])
  })

  test('an invitee answers an invitation, and cannot turn it into another', async () => {
    const [invitation] = await keepAs(
      sql,
      'ada',
      (tx) => tx`
        insert into meeting_invitations (meeting_id, inviter_id, invitee_id)
        values (${meeting}, ${people.ada}, ${people.linus}) returning id`,
    )
    const id = invitation!['id'] as string
    const other = await start('grace', null)
    const answer = (change: Record<string, unknown>) =>
      attempt(sql, 'linus', (tx) => tx`update meeting_invitations set ${tx(change)} where id = ${id}`)
    expect(await answer({ status: 'accepted', meeting_id: other })).toBe('refused 42501')
    expect(await answer({ status: 'cancelled' })).toBe('refused 42501')
    const states = await as(sql, 'linus', async (tx) => {
      await tx`update meeting_invitations set status = 'accepted' where id = ${id}`
      return tx`select state from meeting_participants where meeting_id = ${meeting} and user_id = ${people.linus}`
    })
    expect([...states]).toEqual([{ state: 'invited' }])
  })

  test('an invited address is seen by inviter and host alone', async () => {
    await sql`insert into meeting_invitations (meeting_id, inviter_id, invitee_email) values (${meeting}, ${people.ada}, 'guest@example.org')`
    const seen = (person: 'ada' | 'grace' | 'linus') =>
      as(sql, person, (tx) => tx`select from meeting_invitations where invitee_email is not null`).then(
        (rows) => rows.length,
      )
    expect([await seen('ada'), await seen('grace'), await seen('linus')]).toEqual([1, 0, 0])
  })

  test('[MTG13] [AC-41] no co-host reads an address that somebody else invited, and nobody writes one', async () => {
    await makeCohost('grace')
    const seen = await as(sql, 'grace', (tx) => tx`select invitee_email as email from meeting_invitations`)
    expect(seen.map(({ email }) => email as unknown)).not.toContain('guest@example.org')
    const write = (tx: Tx) => tx`insert into meeting_invitations (meeting_id, inviter_id, invitee_email)
      values (${meeting}, ${people.ada}, 'victim@example.org')`
    expect(await attempt(sql, 'ada', write)).toBe('refused 42501')
  })

  test('[MTG12] nobody is invited across a block, also past the API, nor more than 200', async () => {
    const own = await start('ada', room)
    const invite = () =>
      attempt(
        sql,
        'ada',
        (tx) => tx`insert into meeting_invitations (meeting_id, inviter_id, invitee_id)
          values (${own}, ${people.ada}, ${people.linus})`,
      )
    const block = (who: string[]) => sql`update user_profiles set blocked_user_ids = ${who} where id = ${people.linus}`
    expect(await invite()).toBe('1 rows')
    await block([people.ada])
    expect(await invite()).toBe('refused 42501')
    await block([])
    await sql`insert into meeting_invitations (meeting_id, inviter_id, invitee_email)
      select ${own}, ${people.ada}, n || '@example.org' from generate_series(1, 200) n`
    expect(await invite()).toBe('refused 42501')
  })

  test('[MTG4] [AC-41] who left its room, or is banned there, sees and runs a meeting no more, whatever they were in it', async () => {
    const other = await makeRoom(sql, ['grace'])
    const id = await start('ada', other)
    await sql`insert into meeting_participants (meeting_id, participant_id, user_id, role, state)
      values (${id}, ${people.grace}, ${people.grace}, 'cohost', 'left')`
    const theirs = await start('grace', other)
    const reach = async () => [
      (await as(sql, 'grace', (tx) => tx`select from meetings where id in (${id}, ${theirs})`)).length,
      (
        await as(
          sql,
          'grace',
          (tx) => tx`select from meeting_participants where user_id = ${people.ada} and meeting_id = ${id}`,
        )
      ).length,
      await attempt(sql, 'grace', (tx) => tx`update meetings set title = 'x' where id in (${id}, ${theirs})`),
      await attempt(sql, 'grace', (tx) => tx`delete from meetings where id = ${theirs}`),
    ]
    expect(await reach()).toEqual([2, 1, '2 rows', '1 rows'])
    await sql`update room_participants set left_at = now() where room_id = ${other} and user_id = ${people.grace}`
    expect(await reach()).toEqual([0, 0, '0 rows', '0 rows'])
    // An invitation of their own lets them see it again, until it is taken back or the room bans them.
    await sql`insert into meeting_invitations (meeting_id, inviter_id, invitee_id) values (${id}, ${people.ada}, ${people.grace})`
    expect(await reach()).toEqual([1, 1, '1 rows', '0 rows'])
    await sql`update meeting_invitations set status = 'cancelled' where meeting_id = ${id}`
    expect(await reach()).toEqual([0, 0, '0 rows', '0 rows'])
    await sql`update meeting_invitations set status = 'accepted' where meeting_id = ${id}`
    await sql`update room_participants set banned_until = 'infinity' where room_id = ${other} and user_id = ${people.grace}`
    expect(await reach()).toEqual([0, 0, '0 rows', '0 rows'])
  })

  test('[MTG3] nobody moves a meeting past its plan', async () => {
    const move = (tx: Tx) => tx`update meetings set scheduled_for = 'infinity' where id = ${meeting}`
    expect(await attempt(sql, 'ada', move)).toBe('refused 42501')
  })

  test('a guest has no account, and no row that belongs to one', async () => {
    const guest = randomUUID()
    await sql`insert into meeting_participants (meeting_id, participant_id) values (${meeting}, ${guest})`
    await expect(
      sql`insert into meeting_participants (meeting_id, participant_id, user_id) values (${meeting}, ${randomUUID()}, ${people.linus})`,
    ).rejects.toMatchObject({ constraint_name: 'meeting_participants_person_check' })
  })
})

describe('what only the meeting says', () => {
  test('[MTG6] nobody inserts or makes a meeting live, or calls one off that is', async () => {
    const [made] = await keepAs(
      sql,
      'ada',
      (tx) => tx`insert into meetings ${tx({ id: people.ada, host_id: people.ada, room_id: room, status: 'live' })}
        returning id, status, livekit_room_name`,
    )
    const id = made!['id'] as string
    expect(made).toEqual({
      id: expect.not.stringMatching(people.ada),
      status: 'scheduled',
      livekit_room_name: `m_${id}`,
    })
    const become = (status: string) =>
      attempt(sql, 'ada', (tx) => tx`update meetings set status = ${status} where id = ${id}`)
    expect([await become('live'), await become('ended'), await become('cancelled')]).toEqual([
      'refused 42501',
      'refused 42501',
      '1 rows',
    ])
    await sql`update meetings set status = 'live', started_at = now() where id = ${id}`
    expect(await become('cancelled')).toBe('refused 42501')
    await sql`delete from meetings where id = ${id}`
  })
})
