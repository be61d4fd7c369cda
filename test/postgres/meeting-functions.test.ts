import { createHash, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freshDatabase, secondConnection, type Sql, waitingFor } from './support/database.ts'
import { type Person, people, signUp } from './support/people.ts'
import { makeRoom } from './support/rooms.ts'
import { type Answer, call, pagesOf } from './support/service.ts'

// Ada owns the rooms, grace is a member of them, and linus of none.
let sql: Sql
beforeAll(async () => {
  sql = await freshDatabase()
  await signUp(sql)
})
afterAll(() => sql.end())

const hourMs = 3_600_000
const noon = Date.UTC(2030, 0, 7, 12)

const create = (by: Person, asked: object, db = sql) =>
  call(db, 'create_meeting', people[by], JSON.stringify({ id: randomUUID(), media: 'video', ...asked }))
const change = (by: Person, id: string, asked: object) =>
  call(sql, 'change_meeting', id, people[by], JSON.stringify(asked))
const cancel = (by: Person, id: string, next: number | null = null) => call(sql, 'cancel_meeting', id, people[by], next)
const record = (id: string, state: object) => call(sql, 'record_meeting', id, JSON.stringify(state))
const entry = (id: string, person: Person | null = null, code: string | null = null) =>
  call(sql, 'meeting_entry', id, person && people[person], code)
const schedule = (startsAt = noon, repeats: object | null = null) => ({
  ...{ startsAt, minutes: 30, timeZone: 'Europe/Berlin', repeats },
})

async function meeting(asked: object = {}, by: Person = 'ada'): Promise<string> {
  const made = await create(by, asked)
  expect(made['outcome']).toBe('created')
  return made['id'] as string
}

/** One in which someone is. */
async function live(asked: object): Promise<string> {
  const id = await meeting(asked)
  expect(await record(id, { session: 0, status: 'live', startedAt: Date.now() })).toMatchObject({ outcome: 'recorded' })
  return id
}

async function link(id: string, entering: string, over: 'expired' | 'revoked' | null = null): Promise<string> {
  const hash = createHash('sha256').update(randomUUID()).digest('hex')
  await sql`insert into parley.meeting_links (code_hash, meeting_id, created_by, entry, expires_at, revoked_at)
    values (${hash}, ${id}, ${people.ada}, ${entering}, ${over === 'expired' ? new Date(0) : null},
      ${over === 'revoked' ? new Date(0) : null})`
  return hash
}

async function rightOf(...asked: Parameters<typeof entry>): Promise<unknown> {
  return (await entry(...asked))['right']
}

describe('making a meeting', () => {
  test('[MTG1] in a room it may begin at once, under the name that its id gives it, and its host takes part', async () => {
    const room = await makeRoom(sql)
    const id = await meeting({ room, media: 'audio', title: 'Engines', lobby: 'everyone' })
    const facts = { id, room, host: people.ada, title: 'Engines', media: 'audio', status: 'scheduled' }
    const settings = { lobby: 'everyone', capacity: 100, mayRecord: 'hosts', plan: null, session: 0 }
    expect(await call(sql, 'meeting_state', id)).toEqual({
      facts: { ...facts, startsAt: null, startedAt: null, ...settings },
      people: [
        {
          ...{ id: people.ada, person: people.ada, name: 'ada', role: 'host', state: 'invited' },
          ...{ joinedAt: null, leftAt: null, joinCount: 0 },
        },
      ],
    })
    const [row] = await sql`select livekit_room_name from meetings where id = ${id}`
    expect(row!['livekit_room_name']).toBe(`m_${id}`)
  })

  test('[MTG1] the same id makes one meeting, and is nobody else’s', async () => {
    const room = await makeRoom(sql)
    const id = await meeting({ room })
    expect(await create('ada', { id, room })).toEqual({ outcome: 'already', id })
    expect(await create('grace', { id, room })).toEqual({ outcome: 'taken', id })
    expect(await sql`select from meetings where room_id = ${room}`).toHaveLength(1)
  })

  test('[MTG1] the same one twice at once is one', async () => {
    const room = await makeRoom(sql)
    const id = randomUUID()
    const other = await secondConnection(sql)
    const { mine, theirs } = await sql.begin(async (tx) => {
      const mine = await create('ada', { id, room }, tx as unknown as Sql)
      const theirs = create('ada', { id, room }, other)
      await waitingFor(sql, tx)
      return { mine, theirs }
    })
    expect([mine, await theirs]).toEqual([
      { outcome: 'created', id },
      { outcome: 'already', id },
    ])
    await other.end()
  })

  test('[MTG2] without a room it gets a group of its own, whose owner its host is', async () => {
    const id = await meeting({ title: 'Weaving' }, 'linus')
    const [made] = await sql`
      select r.type, r.name, p.role, p.user_id from meetings m join rooms r on r.id = m.room_id
      join room_participants p on p.room_id = r.id where m.id = ${id}`
    expect(made).toEqual({ type: 'group', name: 'Weaving', role: 'owner', user_id: people.linus })
    const before = await sql`select from rooms`
    expect(await create('linus', { id, title: 'Weaving' })).toEqual({ outcome: 'already', id })
    expect(await sql`select from rooms`).toHaveLength(before.length)
  })

  test('[MTG1] is for members who may call: no stranger, nobody who is banned or silenced, nobody across a block', async () => {
    const room = await makeRoom(sql, ['grace', 'linus'])
    expect(await create('linus', { room: await makeRoom(sql) })).toEqual({ outcome: 'unknown' })
    await sql`update room_participants set banned_until = 'infinity', left_at = now() where room_id = ${room} and user_id = ${people.linus}`
    expect(await create('linus', { room })).toEqual({ outcome: 'unknown' })
    await sql`update room_participants set silenced_until = 'infinity' where room_id = ${room} and user_id = ${people.grace}`
    expect(await create('grace', { room })).toEqual({ outcome: 'forbidden' })
    const { roomId: direct } = await call(sql, 'open_direct', people.ada, people.linus)
    await call(sql, 'set_block', people.linus, people.ada, true)
    expect(await create('ada', { room: direct })).toEqual({ outcome: 'forbidden' })
    await call(sql, 'set_block', people.linus, people.ada, false)
    expect(await create('ada', { room: direct })).toMatchObject({ outcome: 'created' })
  })

  test('[MTG3] with a schedule it waits for its time, beside whatever is live', async () => {
    const room = await makeRoom(sql)
    await live({ room })
    const repeats = { every: 'week', interval: 1, on: ['MO'] }
    const id = await meeting({ room, schedule: schedule(noon, repeats) })
    const plan = { firstAt: noon, minutes: 30, timeZone: 'Europe/Berlin', repeats }
    expect((await entry(id))['facts']).toMatchObject({ status: 'scheduled', startsAt: noon, startedAt: null, plan })
  })

  test('[MTG3] nobody plans more than 500 meetings', async () => {
    await sql`with made as (
        insert into meetings (host_id, scheduled_for) select ${people.linus}, now() from generate_series(1, 500)
        returning id)
      insert into parley.meeting_plans (meeting_id, first_at, minutes, time_zone) select id, now(), 30, 'UTC' from made`
    expect(await create('linus', { schedule: schedule() })).toEqual({ outcome: 'too_many' })
    expect(await create('linus', {})).toMatchObject({ outcome: 'created' })
    await sql`update meetings set scheduled_for = now() - interval '1 day' where host_id = ${people.linus}`
    expect(await create('linus', { schedule: schedule() })).toMatchObject({ outcome: 'created' })
    await sql`delete from meetings where host_id = ${people.linus}`
  })
})

describe('who comes to a meeting', () => {
  test('[MTG4] its host, the room’s owner and admins, members, and whoever is invited', async () => {
    const room = await makeRoom(sql)
    const id = await meeting({ room }, 'grace')
    expect([await rightOf(id, 'grace'), await rightOf(id, 'ada'), await rightOf(id, 'linus')]).toEqual([
      'host',
      'cohost',
      'none',
    ])
    await sql`insert into meeting_invitations (meeting_id, inviter_id, invitee_id, expires_at)
      values (${id}, ${people.grace}, ${people.linus}, 'infinity')`
    expect(await rightOf(id, 'linus')).toBe('invited')
    await sql`update meeting_invitations set status = 'cancelled' where meeting_id = ${id}`
    expect(await rightOf(id, 'linus')).toBe('none')
    const ours = await meeting({ room: await makeRoom(sql) })
    expect(await rightOf(ours, 'grace')).toBe('member')
    await sql`insert into meeting_participants (meeting_id, participant_id, user_id, role)
      values (${ours}, ${people.grace}, ${people.grace}, 'cohost')`
    expect(await rightOf(ours, 'grace')).toBe('cohost')
  })

  test('[MTG4] whoever made it and left the room hosts it no more, and to whom it has banned there is none', async () => {
    const room = await makeRoom(sql)
    const id = await meeting({ room }, 'grace')
    const open = await link(id, 'anyone')
    await sql`update room_participants set left_at = now() where room_id = ${room} and user_id = ${people.grace}`
    expect([await rightOf(id, 'grace'), await rightOf(id, 'grace', open)]).toEqual(['none', 'stranger'])
    await sql`update room_participants set banned_until = 'infinity' where room_id = ${room} and user_id = ${people.grace}`
    expect(await entry(id, 'grace', open)).toEqual({ facts: null, right: 'none', link: null })
    expect(await rightOf(id, null, open)).toBe('stranger')
  })

  test('[MTG5] a link lets in whom it is for, until it ends, and members come as who they are', async () => {
    const id = await meeting({ room: await makeRoom(sql) })
    const rights = async (entering: string, over: 'expired' | 'revoked' | null = null) => {
      const code = await link(id, entering, over)
      return [await rightOf(id, null, code), await rightOf(id, 'linus', code), await rightOf(id, 'grace', code)]
    }
    expect(await rights('anyone')).toEqual(['stranger', 'stranger', 'member'])
    expect(await rights('signed_in')).toEqual(['none', 'stranger', 'member'])
    expect(await rights('members')).toEqual(['none', 'none', 'member'])
    expect(await rights('anyone', 'expired')).toEqual(['none', 'none', 'member'])
    expect(await rights('anyone', 'revoked')).toEqual(['none', 'none', 'member'])
  })

  test('[MTG5] a link says which meeting it opens, and opens no other', async () => {
    const id = await meeting({ room: await makeRoom(sql) })
    const other = await meeting({ room: await makeRoom(sql) })
    const code = await link(id, 'anyone')
    expect(await call(sql, 'meeting_entry', null, null, code)).toMatchObject({
      facts: { id },
      right: 'stranger',
      link: { id: expect.any(String), entry: 'anyone', passcode: false, over: null, by: 'ada' },
    })
    expect(await entry(other, null, code)).toMatchObject({ right: 'none', link: null })
    expect(await call(sql, 'meeting_entry', null, null, '0'.repeat(64))).toEqual({
      ...{ facts: null, right: 'none', link: null },
    })
  })

  test('[MTG1] a meeting whose room is gone is none', async () => {
    const room = await makeRoom(sql)
    const id = await meeting({ room })
    await sql`delete from rooms where id = ${room}`
    expect([await entry(id, 'ada'), await call(sql, 'meeting_state', id)]).toEqual([
      { facts: null, right: 'none', link: null },
      null,
    ])
  })
})

describe('changing and cancelling', () => {
  test('[MTG3] hosts change what they say, members do not, and what is missing stays', async () => {
    const room = await makeRoom(sql)
    const id = await meeting({ room, title: 'Engines', lobby: 'everyone', schedule: schedule() })
    expect(await change('grace', id, { title: 'Looms' })).toEqual({ outcome: 'forbidden' })
    expect(await change('linus', id, { title: 'Looms' })).toEqual({ outcome: 'unknown' })
    const changed = await change('ada', id, { title: 'Looms', mayRecord: 'members', capacity: 3 })
    expect(changed).toMatchObject({
      outcome: 'changed',
      people: [],
      facts: { title: 'Looms', lobby: 'everyone', mayRecord: 'members', capacity: 3, startsAt: noon },
    })
    await call(sql, 'invite_to_meeting', id, people.ada, `{${people.linus}}`, '[]', '')
    expect(await change('ada', id, { schedule: schedule(noon + hourMs) })).toMatchObject({
      people: [people.linus],
      facts: { startsAt: noon + hourMs, plan: { firstAt: noon + hourMs } },
    })
    expect(await change('ada', id, { schedule: schedule(noon + hourMs) })).toMatchObject({ people: [] })
    expect(await change('ada', await live({ room }), { schedule: schedule() })).toEqual({ outcome: 'over' })
    // What was begun at once counts among nobody's plans, and does not get one.
    expect(await change('ada', await meeting({ room }), { schedule: schedule() })).toEqual({ outcome: 'over' })
  })

  test('[MTG3] what is cancelled stays so, and nobody comes in any more', async () => {
    const id = await meeting({ room: await makeRoom(sql), schedule: schedule() })
    expect(await cancel('grace', id)).toEqual({ outcome: 'forbidden' })
    expect(await cancel('ada', id)).toMatchObject({ outcome: 'cancelled', facts: { status: 'cancelled' } })
    expect(await cancel('ada', id)).toMatchObject({ outcome: 'cancelled' })
    expect(await change('ada', id, { title: 'Looms' })).toEqual({ outcome: 'over' })
    await record(id, { session: 0, status: 'live', startedAt: noon })
    expect((await entry(id))['facts']).toMatchObject({ status: 'cancelled' })
  })

  test('[MTG3] a live one ends instead, and one that repeats is held again', async () => {
    const room = await makeRoom(sql)
    const once = await live({ room })
    expect(await cancel('ada', once)).toMatchObject({ outcome: 'ended', facts: { status: 'ended' } })
    const repeats = { every: 'day', interval: 1 }
    const id = await meeting({ room, schedule: schedule(noon, repeats) })
    await record(id, { session: 0, status: 'live', startedAt: noon })
    expect(await cancel('ada', id, noon + 24 * hourMs)).toMatchObject({
      outcome: 'ended',
      facts: {
        status: 'scheduled',
        startsAt: noon + 24 * hourMs,
        startedAt: null,
        session: 1,
        plan: { firstAt: noon },
      },
    })
  })
})

describe('ending what has ended', () => {
  test('[MTG3] whoever ends a session that ends by itself meanwhile cancels none of those to come', async () => {
    const id = await meeting({ room: await makeRoom(sql), schedule: schedule(noon, { every: 'day', interval: 1 }) })
    await record(id, { session: 0, status: 'live', startedAt: noon })
    const next = noon + 24 * hourMs
    await record(id, { session: 0, status: 'ended', endedAt: noon + hourMs, nextStartsAt: next })
    expect(await call(sql, 'cancel_meeting', id, people.ada, next, 0)).toMatchObject({
      outcome: 'ended',
      facts: { status: 'scheduled', startsAt: next, session: 1 },
    })
  })
})

describe('the ways into a meeting', () => {
  const invite = (id: string, ids: string[], emails: string[] = []) => {
    const asked = emails.map((email) => ({ id: randomUUID(), email, codeHash: hashed() }))
    return call(sql, 'invite_to_meeting', id, people.ada, `{${ids.join(',')}}`, JSON.stringify(asked), '')
  }
  const hashed = () => createHash('sha256').update(randomUUID()).digest('hex')

  test('[MTG9] whoever comes by a link as it ends is told so, and is not counted', async () => {
    const id = await meeting({ room: await makeRoom(sql) })
    const use = async (code: string, first = true) => {
      const [row] = await sql`select id from parley.meeting_links where code_hash = ${code}`
      const [used] = await sql`select parley.use_meeting_link(${row!['id'] as string}, ${first}) as over`
      const [now] = await sql`select uses from parley.meeting_links where code_hash = ${code}`
      return [used!['over'], now!['uses']] as unknown[]
    }
    const open = await link(id, 'anyone')
    expect([await use(open), await use(open, false)]).toEqual([
      [null, 1],
      [null, 1],
    ])
    expect(await use(await link(id, 'anyone', 'revoked'))).toEqual(['revoked', 0])
    expect(await use(await link(id, 'anyone', 'expired'))).toEqual(['expired', 0])
    const [gone] = await sql`select parley.use_meeting_link(${randomUUID()}, true) as over`
    expect(gone!['over']).toBe('revoked')
  })

  test('[MTG12] whoever is invited again takes no second place, and comes again where the first has expired', async () => {
    const id = await meeting({ room: await makeRoom(sql) })
    const many = Array.from({ length: 199 }, (_, i) => `bob.${i}@example.org`)
    expect(await invite(id, [people.linus], many)).toMatchObject({ people: [people.linus] })
    expect(await invite(id, [people.linus], many)).toMatchObject({ outcome: 'invited', people: [], emails: [] })
    expect(await invite(id, [], ['carol@example.org'])).toEqual({ outcome: 'too_many' })
    await sql`update meeting_invitations set expires_at = now() where meeting_id = ${id} and invitee_id = ${people.linus}`
    expect(await rightOf(id, 'linus')).toBe('none')
    expect(await invite(id, [people.linus])).toMatchObject({ people: [people.linus] })
    expect(await rightOf(id, 'linus')).toBe('invited')
  })

  test('[MTG12] the link of an invitation ends with it, whoever took it back', async () => {
    const id = await meeting({ room: await makeRoom(sql) })
    const code = hashed()
    const asked = [{ id: randomUUID(), email: 'bob@example.org', codeHash: code }]
    await call(sql, 'invite_to_meeting', id, people.ada, '{}', JSON.stringify(asked), '')
    expect(await rightOf(id, null, code)).toBe('stranger')
    await sql`update meeting_invitations set status = 'cancelled' where meeting_id = ${id}`
    expect(await entry(id, null, code)).toMatchObject({ right: 'none', link: { over: 'revoked' } })
  })
})

describe('what a meeting writes down', () => {
  const guest = randomUUID()
  const grace = { id: people.grace, person: people.grace, name: 'grace', role: 'viewer', state: 'joined' }
  const bob = { id: guest, person: null, name: 'Bob', role: 'guest', state: 'joined' }

  test('[MTG6] its beginning, who was there, and its end, said twice as once', async () => {
    const room = await makeRoom(sql)
    const id = await meeting({ room, schedule: schedule() })
    const begin = {
      ...{ session: 0, status: 'live', startedAt: noon },
      people: [
        { ...grace, joinedAt: noon, leftAt: null, joinCount: 1, identity: 'grace:phone', sid: 'PA_1' },
        { ...bob, joinedAt: noon + 1, leftAt: null, joinCount: 1, identity: `guest:${guest}`, sid: 'PA_2' },
      ],
    }
    const first = await record(id, begin)
    expect(first).toMatchObject({ outcome: 'recorded', facts: { status: 'live', startedAt: noon } })
    expect(await record(id, begin)).toEqual(first)
    const { people: there } = (await call(sql, 'meeting_state', id)) as { people: Answer[] }
    expect(there.slice(0, 2)).toEqual([
      { ...grace, joinedAt: noon, leftAt: null, joinCount: 1 },
      { ...bob, joinedAt: noon + 1, leftAt: null, joinCount: 1 },
    ])

    const ended = await record(id, { session: 0, status: 'ended', endedAt: noon + hourMs })
    expect(ended).toMatchObject({ outcome: 'recorded', facts: { status: 'ended', session: 1 } })
    expect(await record(id, begin)).toMatchObject({ facts: { status: 'ended' } })
    expect(await record(randomUUID(), begin)).toEqual({ outcome: 'unknown' })
  })

  test('[MTG6] a guest’s name stands in their row, and an account that is gone leaves none', async () => {
    const id = await meeting({ room: await makeRoom(sql) })
    const gone = randomUUID()
    await record(id, { session: 0, people: [bob, { ...grace, id: gone, person: gone }] })
    const rows = await sql`
      select participant_id, user_id, role, metadata from meeting_participants where meeting_id = ${id} and role <> 'host'`
    expect([...rows]).toEqual([
      { participant_id: guest, user_id: null, role: 'participant', metadata: { name: 'Bob', role: 'guest' } },
    ])
  })

  test('[MTG6] one that repeats is scheduled again, and what is said late of an earlier session ends no later one', async () => {
    const id = await meeting({ room: await makeRoom(sql), schedule: schedule(noon, { every: 'day', interval: 1 }) })
    await record(id, { session: 0, status: 'live', startedAt: noon })
    const end = { session: 0, status: 'ended', endedAt: noon + hourMs, nextStartsAt: noon + 24 * hourMs }
    const scheduled = { status: 'scheduled', startsAt: noon + 24 * hourMs, session: 1 }
    expect(await record(id, end)).toMatchObject({ facts: scheduled })
    expect(await record(id, end)).toMatchObject({ facts: scheduled })
    await record(id, { session: 1, status: 'live', startedAt: noon + 24 * hourMs })
    expect(await record(id, end)).toMatchObject({ facts: { status: 'live', session: 1 } })
    const unsaid = await record(id, { session: 1, status: 'ended', endedAt: noon + 25 * hourMs })
    expect(unsaid).toMatchObject({ facts: { status: 'scheduled', startsAt: noon + 24 * hourMs, session: 2 } })
    const last = await record(id, { session: 2, status: 'ended', endedAt: noon + 49 * hourMs, nextStartsAt: null })
    expect(last).toMatchObject({ facts: { status: 'ended' } })
  })

  test('[MTG6] that it is live while another one of its room is, is not written', async () => {
    const room = await makeRoom(sql)
    const first = await live({ room })
    const id = await meeting({ room, schedule: schedule() })
    const begin = { session: 0, status: 'live', startedAt: noon }
    expect(await record(id, begin)).toEqual({ outcome: 'busy', id: first })
    await record(first, { session: 0, status: 'ended', endedAt: Date.now() })
    expect(await record(id, begin)).toMatchObject({ outcome: 'recorded', facts: { status: 'live' } })
  })

  test('[MTG3] one that repeats and that nobody came to moves on, once', async () => {
    const id = await meeting({ room: await makeRoom(sql), schedule: schedule(noon, { every: 'day', interval: 1 }) })
    const move = () => sql`select parley.move_on_meeting(${id}, ${noon}, ${noon + 24 * hourMs})`
    await move()
    await move()
    expect((await entry(id))['facts']).toMatchObject({ session: 1, startsAt: noon + 24 * hourMs })
  })
})

describe('lists', () => {
  test('[MTG7] coming: what is live, then by when it begins; past: the latest first; page by page', async () => {
    const room = await makeRoom(sql)
    const soon = await meeting({ room, schedule: schedule(noon) })
    const later = await meeting({ room, schedule: schedule(noon + hourMs) })
    const past = await meeting({ room, schedule: schedule(Date.now() - hourMs) })
    const standing = await meeting({ room, schedule: schedule(noon - hourMs, { every: 'day', interval: 1 }) })
    const ended = await live({ room })
    await cancel('ada', ended)
    const now = await live({ room })
    await meeting({ room })
    const ids = async (person: Person, when: string) => {
      const pages = await pagesOf(sql, 'meetings_of', [people[person], when, room], 2)
      expect(pages.slice(0, -1).every(({ length }) => length === 2)).toBe(true)
      return pages.flat().map(({ id }) => id)
    }
    expect(await ids('grace', 'coming')).toEqual([now, standing, soon, later])
    expect(await ids('grace', 'past')).toEqual([ended, past])
    expect(await ids('linus', 'coming')).toEqual([])
  })

  test('[MTG7] a page is looked at as a person sees it, and not all that there ever was', async () => {
    const room = await makeRoom(sql)
    await sql`insert into meetings (host_id, room_id, status, started_at, ended_at)
      select ${people.ada}, ${room}, 'ended', now(), now() from generate_series(1, 40)`
    const seen = await sql.begin(async (tx) => {
      await tx`set local track_functions = 'all'`
      await call(tx, 'meetings_of', people.grace, 'past', room, null, 5)
      const [counted] = await tx`select calls from pg_stat_xact_user_functions where funcname = 'meeting_seen'`
      return Number(counted!['calls'])
    })
    expect(seen).toBe(6)
  })

  test('[MTG7] shows who is invited what they are invited to, and everyone what they are to it', async () => {
    const room = await makeRoom(sql)
    const id = await meeting({ room, title: 'Engines', schedule: schedule() }, 'grace')
    await sql`insert into meeting_invitations (meeting_id, inviter_id, invitee_id, expires_at)
      values (${id}, ${people.grace}, ${people.linus}, 'infinity')`
    const seen = async (person: Person) => {
      const answer = await call(sql, 'meetings_of', people[person], 'coming', null)
      return (answer['items'] as Answer[]).filter((item) => item['id'] === id)
    }
    expect(await seen('linus')).toEqual([
      expect.objectContaining({
        ...{ roomName: 'Analytical engines', host: { person: people.grace, name: 'grace' }, title: 'Engines' },
        ...{ startsAt: noon, me: 'invited', invitation: 'pending' },
      }),
    ])
    expect((await seen('grace')).map(({ me }) => me)).toEqual(['host'])
    expect((await seen('ada')).map(({ me }) => me)).toEqual(['cohost'])
    expect(await call(sql, 'meeting_of', id, people.linus)).toEqual((await seen('linus'))[0])
    await sql`update meeting_invitations set status = 'cancelled' where meeting_id = ${id}`
    expect([await seen('linus'), await call(sql, 'meeting_of', id, people.linus)]).toEqual([[], null])
  })
})
