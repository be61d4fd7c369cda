import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { objectsOf } from '../../scripts/database/objects.ts'
import { Advice } from '../../scripts/lib/advice.ts'
import { options } from '../../scripts/seed/options.ts'
import { accountOf, seed } from '../../scripts/seed/run.ts'
import { stretches } from '../../scripts/seed/log.ts'
import { members, town } from '../../scripts/seed/town.ts'
import { freshDatabase, type Sql } from './support/database.ts'
import { ingest } from './support/rooms.ts'

const size = {
  ...{ seed: 'lighthouse', people: 60, rooms: 90, messages: 3_000 },
  ...{ until: Date.parse('2026-11-01'), changes: true },
}
const screen = { write: () => true }

let sql: Sql
beforeAll(async () => {
  sql = await freshDatabase()
  await seed(sql, size, false, screen)
})
afterAll(() => sql.end())

/** A hash of every row that a seed makes, by table; the columns that hold when a row was written are left out. */
async function fingerprint(sql: Sql): Promise<unknown> {
  const [row] = await sql`
    select
      (select md5(string_agg(concat_ws('|', id, display_name, locale, read_receipts, created_at), ',' order by id)) from user_profiles) as people,
      (select md5(string_agg((to_jsonb(r) - 'updated_at')::text, ',' order by id)) from rooms r) as rooms,
      (select md5(string_agg((to_jsonb(p) - 'updated_at')::text, ',' order by room_id, user_id)) from room_participants p) as members,
      (select md5(string_agg((to_jsonb(m) - 'updated_at')::text, ',' order by room_id, seq)) from messages m) as messages,
      (select md5(string_agg(s::text, ',' order by room_id, seq, user_id)) from message_status s) as receipts,
      (select md5(string_agg(r::text, ',' order by room_id, seq, user_id, emoji)) from message_reactions r) as reactions,
      (select md5(string_agg(c::text, ',' order by room_id, seq)) from parley.commands c) as commands`
  return row
}

describe('what a seed makes', () => {
  test('the same seed and sizes make the same rows in another database, another seed makes others', async () => {
    const [again, other] = [await freshDatabase(), await freshDatabase()]
    await seed(again, size, false, screen)
    await seed(other, { ...size, seed: 'harbour' }, false, screen)

    expect(await fingerprint(again)).toEqual(await fingerprint(sql))
    expect(await fingerprint(other)).not.toEqual(await fingerprint(sql))
    await again.end()
    await other.end()
  })

  test('it is as large as it was asked to be', async () => {
    const [counts] = await sql`
      select (select count(*) from user_profiles) as people, (select count(*) from rooms) as rooms,
        (select count(*) from messages) as messages`
    expect(counts).toEqual({ people: 60, rooms: 90, messages: 3_000 })
  })

  test('every room counts its members and ends at its last message, and its object has yet to write', async () => {
    const wrong = await sql`
      select r.id from rooms r
      where r.member_count <> (select count(*) from room_participants p where p.room_id = r.id and p.left_at is null)
        or r.last_seq <> (select coalesce(max(m.seq), 0) from messages m where m.room_id = r.id)
        or r.last_seq <> (select count(*) from parley.commands c where c.room_id = r.id)
        or r.last_message_at <> (select coalesce(max(m.created_at), r.created_at) from messages m where m.room_id = r.id)
        or (r.writer, r.epoch) <> ('do', 1)`
    expect([...wrong]).toEqual([])
  })

  test('direct rooms are of two people, under their key; a group has one owner', async () => {
    const wrong = await sql`
      select r.id from rooms r
      where (r.type = 'direct' and r.direct_key is distinct from (
          select string_agg(p.user_id::text, ':' order by p.user_id) from room_participants p where p.room_id = r.id))
        or (r.type = 'group' and 1 <> (
          select count(*) from room_participants p where p.room_id = r.id and p.role = 'owner' and p.user_id = r.created_by))`
    expect([...wrong]).toEqual([])
    const [{ direct }] = (await sql`select count(*) as direct from rooms where type = 'direct'`) as [{ direct: number }]
    expect(direct).toBeGreaterThan(30)
  })

  test('only members speak, in the order of time, and answer something that was said before', async () => {
    const wrong = await sql`
      select m.room_id, m.seq from messages m
      join rooms r on r.id = m.room_id
      left join lateral (
        select e.created_at from messages e where e.room_id = m.room_id and e.seq < m.seq order by e.seq desc limit 1) earlier
        on true
      where m.created_at < earlier.created_at or m.reply_to_seq >= m.seq or m.rev not between m.seq and r.last_seq
        or not exists (
          select from room_participants p
          where p.room_id = m.room_id and p.user_id = m.sender_id and (p.left_at is null or m.created_at <= p.left_at))`
    expect([...wrong]).toEqual([])
  })

  test('nobody has read what was not delivered or not said, and unread is at most what came after', async () => {
    const wrong = await sql`
      select p.room_id from room_participants p join rooms r on r.id = p.room_id
      where not (p.last_read_seq <= p.last_delivered_seq and p.last_delivered_seq <= r.last_seq)`
    expect([...wrong]).toEqual([])

    const [busiest] =
      await sql`select user_id as person from room_participants group by user_id order by count(*) desc limit 1`
    const unread = await sql.begin(async (tx) => {
      await tx`select set_config('request.jwt.claim.sub', ${busiest!['person']}, true)`
      return tx<{ unread: number; last_seq: number; last_read_seq: number }[]>`select * from get_unread_counts()`
    })
    expect(unread.length).toBeGreaterThan(5)
    const tooMany = unread.filter(
      (room) => room.unread < 0 || room.unread > Math.min(1_000, room.last_seq - room.last_read_seq),
    )
    expect(tooMany).toEqual([])
  })

  test('about 3 % of the messages are edited, 1 % deleted, 10 % have reactions; some answer, mention or are pinned', async () => {
    const [share] = await sql`
      select avg((edits <> '[]' or (deleted_at is not null and edited_at is not null))::int)::float as edited,
        avg((deleted_at is not null)::int)::float as deleted,
        avg(exists (select from message_reactions r where r.room_id = m.room_id and r.seq = m.seq)::int)::float as reacted,
        bool_or(reply_to_seq is not null) as answers, bool_or(mentions <> '{}') as mentions, bool_or(pinned_at is not null) as pins
      from messages m`
    expect(share).toEqual({
      edited: expect.closeTo(0.03, 2),
      deleted: expect.closeTo(0.01, 2),
      reacted: expect.closeTo(0.1, 1),
      answers: true,
      mentions: true,
      pins: true,
    })
    const [members] = await sql`
      select bool_or(left_at is not null) as leavers, bool_or(muted_until is not null) as muted, bool_or(pinned_at is not null) as pinned,
        bool_or(unread_from_seq is not null) as kept, avg((last_read_seq = last_seq)::int)::float as up_to_date
      from room_participants p join rooms r on r.id = p.room_id where last_seq > 0`
    expect(members).toEqual({
      leavers: true,
      muted: true,
      pinned: true,
      kept: true,
      up_to_date: expect.closeTo(0.6, 1),
    })
  })

  test('its rows are those of its log: a room that sends the same events and marks gets the same', async () => {
    const plan = town(size)
    const rooms = plan.rooms
      .filter(({ leavers, messages }) => leavers.size === 0 && messages > 20)
      .toSorted((a, b) => b.messages - a.messages)
    // The longest of each kind: of two people, with a row per recipient, and with watermarks alone.
    const chosen = [
      rooms.find(({ directKey }) => directKey !== null),
      rooms.find(({ members }) => members.length > 2 && members.length <= 16),
      rooms.find(({ members }) => members.length > 16),
    ].map((room) => room!)
    const rows = async (room: string) => {
      const [found] = await sql`
        select
          (select jsonb_agg(to_jsonb(m) - array['updated_at', 'thread_seq'] order by seq) from messages m where m.room_id = ${room}) as messages,
          (select jsonb_agg(to_jsonb(r) order by seq, user_id, emoji) from message_reactions r where r.room_id = ${room}) as reactions,
          (select jsonb_agg(to_jsonb(c) order by seq) from parley.commands c where c.room_id = ${room}) as commands,
          (select jsonb_agg(array[seq::text, user_id::text, status] order by seq, user_id) from message_status s where s.room_id = ${room}) as receipts,
          (select jsonb_agg(array[last_delivered_seq, last_read_seq] order by user_id) from room_participants where room_id = ${room}) as marks,
          (select to_jsonb(r) - array['updated_at', 'members_version'] from rooms r where id = ${room}) as room`
      return found
    }

    for (const room of chosen) {
      const seeded = await rows(room.id)
      await sql`delete from messages where room_id = ${room.id}`
      await sql`delete from parley.commands where room_id = ${room.id}`
      await sql`update rooms set last_seq = 0, last_message_at = created_at where id = ${room.id}`
      await sql`update room_participants set last_delivered_seq = 0, last_read_seq = 0 where room_id = ${room.id}`
      const events = [...stretches(size, room)].flat()
      for (let from = 1; from <= room.head; from += 100) {
        const to = Math.min(from + 99, room.head)
        await ingest(sql, { room: room.id, from, to, events: events.slice(from - 1, to) })
      }
      const marks = members(size, room).map(({ person, delivered, read }) => ({ person: person.id, delivered, read }))
      await ingest(sql, { room: room.id, from: room.head + 1, to: room.head, events: [], marks })
      expect(await rows(room.id)).toEqual(seeded)
    }
  })

  test('indexes and references stand as the migrations made them', async () => {
    const empty = await freshDatabase()
    expect(await objectsOf(sql)).toEqual(await objectsOf(empty))
    await empty.end()
  })

  test('people write in Latin, Cyrillic, Arabic, Chinese and Japanese, and search finds each', async () => {
    const words = ['thanks', 'спасибо', 'شكرا', '会议', 'ありがとう']
    const found = await Promise.all(
      words.map(
        (word) =>
          sql`select from messages m where m.search @@ private.search_query(${word}) and type <> 'system' limit 1`,
      ),
    )
    expect(found.map((rows) => rows.length)).toEqual([1, 1, 1, 1, 1])
  })

  test('an object that wakes in a seeded room gets its members and the whole spine, and goes on after the last message', async () => {
    await sql
      .begin(async (tx) => {
        const [room] = await tx`select id, last_seq from rooms order by last_seq desc limit 1`
        const [woken] = await tx`
          select parley.claim_epoch(${room!['id']}) as claim,
            jsonb_array_length(parley.room_spine(${room!['id']}, 0, 100000)) as spine,
            jsonb_array_length(parley.room_state(${room!['id']}) -> 'members') as members,
            (select member_count from rooms where id = ${room!['id']}) as member_count,
            (select count(*) from messages where room_id = ${room!['id']}) as messages`
        expect(woken).toEqual({
          claim: { epoch: expect.any(Number), lastSeq: room!['last_seq'] },
          spine: woken!['messages'],
          messages: expect.any(Number),
          members: woken!['member_count'],
          member_count: expect.any(Number),
        })
        throw undone
      })
      .catch((error: unknown) => {
        if (error !== undone) throw error
      })
  })
})

const undone = new Error('undone')

describe('asking for a seed', () => {
  test('a database that holds something already is left alone, unless it is said to add', async () => {
    const before = await fingerprint(sql)
    await expect(seed(sql, { ...size, seed: 'harbour' }, false, screen)).rejects.toThrow(
      /holds 60 people and 90 rooms\. Nothing was written\..*--add/s,
    )
    await expect(seed(sql, size, true, screen)).rejects.toThrow(/"lighthouse" is in this database already/)
    expect(await fingerprint(sql)).toEqual(before)
  })

  test('adding puts another seed beside what is there', async () => {
    const shared = await freshDatabase()
    await seed(shared, { ...size, messages: 10 }, false, screen)
    await seed(shared, { ...size, messages: 10, seed: 'harbour' }, true, screen)
    expect([...(await shared`select count(*) as people from user_profiles`)]).toEqual([{ people: 120 }])
    await shared.end()
  })

  test('an account that exists is put into many rooms, and stays as it is', async () => {
    const shared = await freshDatabase()
    await shared`
      insert into auth.users (email, raw_user_meta_data) values ('ada@example.org', '{"display_name": "Ada"}')`
    const ada = await accountOf(shared, 'ada@example.org')
    await seed(shared, { ...size, guest: ada }, true, screen)

    const [row] = await shared`
      select u.display_name as name, (select count(*) > 10 from room_participants p where p.user_id = u.id) as busy
      from user_profiles u where u.id = ${ada}`
    expect(row).toEqual({ name: 'Ada', busy: true })
    expect([...(await shared`select count(*) as people from user_profiles`)]).toEqual([{ people: 60 }])
    await expect(accountOf(shared, 'nobody@example.org')).rejects.toThrow(/Nobody has signed up as nobody@example\.org/)
    await shared.end()
  })

  test('rooms of every size: most are of two people, groups have a long tail', () => {
    const { rooms } = town({ ...size, people: 5_000, rooms: 5_000 })
    const sizes = rooms.filter(({ directKey }) => directKey === null).map(({ members }) => members.length)
    const median = sizes.toSorted((a, b) => a - b)[Math.floor(sizes.length / 2)]!
    expect([sizes.length > 1_400 && sizes.length < 1_900, median > 3 && median < 9, Math.max(...sizes) > 300]).toEqual([
      true,
      true,
      true,
    ])
  })

  test('the command line says what is wrong with it', () => {
    expect(options(['--people', '20,000', '--seed', 'x', '--add'])).toEqual({
      people: 20_000,
      rooms: 300,
      messages: 10_000,
      seed: 'x',
      until: Date.parse('2026-11-01'),
      changes: true,
      add: true,
      url: null,
      guestEmail: null,
    })
    for (const wrong of [
      ['--people', 'many'],
      ['--rooms', '0'],
      ['--until', 'soon'],
      ['--seed', 'A b'],
    ]) {
      expect(() => options(wrong)).toThrow(Advice)
    }
  })
})
