import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freshDatabase, type Sql, type Tx } from './support/database.ts'
import { as, attempt, keepAs, people, signUp } from './support/people.ts'
import { fill, ingest, makeRoom, posted, run } from './support/rooms.ts'

let sql: Sql
let room: string
let sqlRoom: string
beforeAll(async () => {
  sql = await freshDatabase()
  await signUp(sql)
  room = await makeRoom(sql, ['grace'])
  await fill(sql, room, run(1, 3))
  sqlRoom = await makeRoom(sql, ['grace'], 'sql')
  await keepAs(sql, 'ada', (tx) => say(tx, sqlRoom, 'ada', 'first'))
  await keepAs(sql, 'grace', (tx) => say(tx, sqlRoom, 'grace', 'second'))
})
afterAll(() => sql.end())

const tables = ['rooms', 'room_participants', 'messages', 'message_status', 'message_reactions', 'typing_indicators']

function say(tx: Tx, into: string, by: 'ada' | 'grace' | 'linus', content: string) {
  return tx`
    insert into messages (room_id, client_id, sender_id, content)
    values (${into}, ${randomUUID()}, ${people[by]}, ${content})`
}

describe('reading', () => {
  test('members read the messages of their rooms', async () => {
    const texts = await as(sql, 'grace', (tx) => tx`select content from messages where room_id = ${room} order by seq`)
    expect(texts.map((row) => row['content'])).toEqual(['message 1', 'message 2', 'message 3'])
  })

  test.for(tables)('a stranger gets nothing from %s', async (table) => {
    // The other tables have rows here, so that nothing is not the only possible answer.
    await sql`insert into message_reactions (room_id, seq, user_id, emoji) values (${room}, 1, ${people.grace}, '👍') on conflict do nothing`
    await sql`insert into typing_indicators (room_id, user_id) values (${room}, ${people.grace}) on conflict do nothing`
    expect(await sql`select from ${sql(table)} limit 1`).toHaveLength(1)
    expect(await as(sql, 'linus', (tx) => tx`select from ${tx(table)}`)).toHaveLength(0)
  })

  test('whoever has left or is banned reads no more', async () => {
    const count = () => as(sql, 'grace', (tx) => tx`select from messages where room_id = ${room}`)
    await sql`update room_participants set left_at = now() where room_id = ${room} and user_id = ${people.grace}`
    expect(await count()).toHaveLength(0)
    await sql`update room_participants set left_at = null, banned_until = now() + interval '1 day'
      where room_id = ${room} and user_id = ${people.grace}`
    expect(await count()).toHaveLength(0)
    await sql`update room_participants set banned_until = null where room_id = ${room} and user_id = ${people.grace}`
    expect(await count()).toHaveLength(3)
  })

  test('anon gets nothing from any table', async () => {
    const all = await sql`select schemaname, tablename from pg_tables where schemaname in ('public', 'parley')`
    const answers = new Set<string>()
    for (const { schemaname, tablename } of all) {
      answers.add(await attempt(sql, 'anon', (tx) => tx`select from ${tx(schemaname)}.${tx(tablename)}`))
    }
    expect([...answers]).toEqual(['refused 42501'])
  })

  test('even with every grant that Supabase Lite makes, anon and strangers get no row', async () => {
    await sql
      .begin(async (tx) => {
        await tx`grant usage on schema parley to anon, authenticated`
        await tx`grant all on all tables in schema public, parley to anon, authenticated`
        await tx`insert into parley.commands (room_id, id, seq, hash) values (${room}, ${randomUUID()}, 9, '')`
        for (const role of ['anon', 'authenticated']) {
          await tx`select set_config('request.jwt.claim.sub', ${role === 'anon' ? '' : people.linus}, true)`
          await tx.unsafe(`set local role ${role}`)
          expect(await tx`select from messages`).toHaveLength(0)
          expect(await tx`select from parley.commands`).toHaveLength(0)
          await tx`reset role`
        }
        throw new Error('undone')
      })
      .catch((error: Error) => expect(error.message).toBe('undone'))
  })

  test('grace, a member, reads no command hash and no link', async () => {
    for (const table of ['commands', 'join_links', 'member_commands']) {
      expect(await attempt(sql, 'grace', (tx) => tx`select from parley.${tx(table)}`)).toBe('refused 42501')
    }
  })
})

describe('nobody writes past the object of a room', () => {
  let twin: string
  beforeAll(async () => {
    twin = await makeRoom(sql, ['grace'])
    await fill(sql, twin, run(1, 3))
    for (const id of [room, twin]) {
      await ingest(sql, { room: id, from: 4, to: 4, events: [posted(4, { by: people.grace })] })
      await sql`insert into message_reactions (room_id, seq, user_id, emoji) values (${id}, 4, ${people.ada}, '👍')`
    }
    await sql`update rooms set writer = 'sql' where id = ${twin}`
  })

  // Ada owns both rooms. Beside each attack stands what it meets in a do room, and in an sql room of the same content:
  // there most of it is allowed, so the writer alone made the difference.
  const attacks: [string, (tx: Tx, room: string) => Promise<{ count: number }>, inDo: string, inSql: string][] = [
    ['posts', (tx, room) => say(tx, room, 'ada', 'hi'), 'refused 42501', '1 rows'],
    [
      'edits a message',
      (tx, room) => tx`update messages set content = 'x' where room_id = ${room} and seq = 4`,
      '0 rows',
      '0 rows',
    ],
    [
      'edits her own message',
      (tx, room) =>
        tx`update messages set content = 'x' where room_id = ${room} and sender_id = ${people.ada} and seq = 1`,
      '0 rows',
      '1 rows',
    ],
    [
      'deletes her own message',
      (tx, room) => tx`update messages set deleted_at = now() where room_id = ${room} and seq = 1`,
      '0 rows',
      '1 rows',
    ],
    [
      'removes a message',
      (tx, room) => tx`delete from messages where room_id = ${room}`,
      'refused 42501',
      'refused 42501',
    ],
    [
      'adds a member',
      (tx, room) => tx`insert into room_participants (room_id, user_id) values (${room}, ${people.linus})`,
      'refused 42501',
      '1 rows',
    ],
    [
      'reads on her own account',
      (tx, room) =>
        tx`update room_participants set last_read_seq = 1 where room_id = ${room} and user_id = ${people.ada}`,
      '0 rows',
      '1 rows',
    ],
    [
      'makes grace a moderator',
      (tx, room) =>
        tx`update room_participants set role = 'moderator' where room_id = ${room} and user_id = ${people.grace}`,
      '0 rows',
      '1 rows',
    ],
    [
      'removes grace',
      (tx, room) => tx`delete from room_participants where room_id = ${room} and user_id = ${people.grace}`,
      '0 rows',
      '1 rows',
    ],
    ['renames the room', (tx, room) => tx`update rooms set name = 'x' where id = ${room}`, '0 rows', '1 rows'],
    [
      'changes who writes it',
      (tx, room) => tx`update rooms set writer = 'do' where id = ${room}`,
      '0 rows',
      'refused 42501',
    ],
    ['deletes the room', (tx, room) => tx`delete from rooms where id = ${room}`, '0 rows', '1 rows'],
    [
      'writes a receipt',
      (tx, room) => tx`insert into message_status (room_id, seq, user_id) values (${room}, 1, ${people.ada})`,
      'refused 42501',
      '1 rows',
    ],
    [
      'changes her receipt',
      (tx, room) => tx`update message_status set read_at = now() where room_id = ${room} and user_id = ${people.ada}`,
      '0 rows',
      '1 rows',
    ],
    [
      'reacts',
      (tx, room) =>
        tx`insert into message_reactions (room_id, seq, user_id, emoji) values (${room}, 3, ${people.ada}, '👍')`,
      'refused 42501',
      '1 rows',
    ],
    [
      'takes back her reaction',
      (tx, room) => tx`delete from message_reactions where room_id = ${room} and user_id = ${people.ada}`,
      '0 rows',
      '1 rows',
    ],
    [
      'types',
      (tx, room) => tx`insert into typing_indicators (room_id, user_id) values (${room}, ${people.ada})`,
      'refused 42501',
      '1 rows',
    ],
    ['marks it read', (tx, room) => tx`select mark_room_read(${room}, 3)`, 'refused 42501', '1 rows'],
  ]
  test.for(attacks)('ada %s', async ([, attack, inDo, inSql]) => {
    expect({
      do: await attempt(sql, 'ada', (tx) => attack(tx, room)),
      sql: await attempt(sql, 'ada', (tx) => attack(tx, twin)),
    }).toEqual({ do: inDo, sql: inSql })
  })
})

describe('making rooms', () => {
  test('whoever makes a group owns it, and sees it at once', async () => {
    const id = randomUUID()
    const seen = await as(sql, 'linus', async (tx) => {
      const made = await tx`
        insert into rooms (id, type, name, created_by) values (${id}, 'group', 'Kernels', ${people.linus}) returning id`
      const members = await tx`select user_id, role from room_participants where room_id = ${id}`
      const rooms = await tx`select name, member_count from rooms`
      return { made: [...made], members: [...members], rooms: [...rooms] }
    })
    expect(seen).toEqual({
      made: [{ id }],
      members: [{ user_id: people.linus, role: 'owner' }],
      rooms: [{ name: 'Kernels', member_count: 1 }],
    })
  })

  const forged: [string, Record<string, unknown>][] = [
    ['in another’s name', { created_by: people.ada }],
    ['that the database would number', { writer: 'sql' }],
    ['with a head', { last_seq: 10 }],
    ['of a later epoch', { epoch: 5 }],
    ['with members nobody added', { member_count: 3 }],
    ['as a direct room', { type: 'direct', direct_key: 'a:b' }],
    ['at the top of everyone’s list for ever', { last_message_at: new Date('2999-01-01') }],
  ]
  test.for(forged)('nobody makes a group %s', async ([, forgery]) => {
    const row = { type: 'group', name: 'x', created_by: people.linus, ...forgery }
    expect(await attempt(sql, 'linus', (tx) => tx`insert into rooms ${tx(row as never)}`)).toBe('refused 42501')
  })
})

describe('in a room that the database numbers', () => {
  test('members post, and the database gives the next seq', async () => {
    const seqs = await as(sql, 'grace', async (tx) => {
      await say(tx, sqlRoom, 'grace', 'third')
      return tx`select seq, rev, content from messages where room_id = ${sqlRoom} order by seq`
    })
    expect([...seqs]).toEqual([
      { seq: 1, rev: 1, content: 'first' },
      { seq: 2, rev: 2, content: 'second' },
      { seq: 3, rev: 3, content: 'third' },
    ])
  })

  test('a delete empties the row, an edit keeps the earlier text, and both raise rev', async () => {
    const rows = await as(sql, 'grace', async (tx) => {
      const mine = tx`room_id = ${sqlRoom} and seq = 2`
      await tx`update messages set content = 'changed', metadata = '{"mood": 1}', mentions = ${[people.ada]} where ${mine}`
      const [edited] =
        await tx`select content, rev, jsonb_path_query_array(edits, '$[*].text') as edits from messages where ${mine}`
      await tx`update messages set deleted_at = now() where ${mine}`
      const [deleted] = await tx`select content, metadata, mentions, rev, edits, deleted_by from messages where ${mine}`
      return [edited, deleted]
    })
    expect(rows).toEqual([
      { content: 'changed', rev: 3, edits: ['second'] },
      { content: '', metadata: {}, mentions: [], rev: 4, edits: [], deleted_by: people.grace },
    ])
  })

  const mine = (tx: Tx) => tx`room_id = ${sqlRoom} and user_id = ${people.grace}`
  const message = (tx: Tx) => tx`room_id = ${sqlRoom} and seq = 2`
  const attacks: [string, (tx: Tx) => Promise<{ count: number }>, string][] = [
    ['makes herself owner', (tx) => tx`update room_participants set role = 'owner' where ${mine(tx)}`, 'refused 42501'],
    ['makes herself admin', (tx) => tx`update room_participants set role = 'admin' where ${mine(tx)}`, 'refused 42501'],
    [
      'takes ada’s place',
      (tx) => tx`update room_participants set role = 'member' where room_id = ${sqlRoom} and user_id = ${people.ada}`,
      '0 rows',
    ],
    [
      'reads what was not written',
      (tx) => tx`update room_participants set last_read_seq = 99 where ${mine(tx)}`,
      'refused 42501',
    ],
    [
      'shows history that was before her',
      (tx) => tx`update room_participants set history_from_seq = -1 where ${mine(tx)}`,
      'refused 42501',
    ],
    [
      'moves to another room',
      (tx) => tx`update room_participants set room_id = ${room} where ${mine(tx)}`,
      'refused 42501',
    ],
    [
      'adds linus',
      (tx) => tx`insert into room_participants (room_id, user_id) values (${sqlRoom}, ${people.linus})`,
      'refused 42501',
    ],
    ['posts as ada', (tx) => say(tx, sqlRoom, 'ada', 'I resign'), 'refused 42501'],
    [
      'edits ada’s message',
      (tx) => tx`update messages set content = 'x' where room_id = ${sqlRoom} and seq = 1`,
      '0 rows',
    ],
    ['moves her message', (tx) => tx`update messages set seq = 9 where ${message(tx)}`, 'refused 42501'],
    ['backdates it', (tx) => tx`update messages set created_at = 'epoch' where ${message(tx)}`, 'refused 42501'],
    ['rewrites its edits', (tx) => tx`update messages set edits = '[{}]' where ${message(tx)}`, 'refused 42501'],
    ['pins it', (tx) => tx`update messages set pinned_at = now() where ${message(tx)}`, 'refused 42501'],
    [
      'writes as the system',
      (tx) =>
        tx`insert into messages (room_id, client_id, sender_id, type) values (${sqlRoom}, ${randomUUID()}, ${people.grace}, 'system')`,
      'refused 42501',
    ],
  ]
  test.for(attacks)('grace, a member, %s: refused', async ([, attack, expected]) => {
    expect(await attempt(sql, 'grace', attack)).toBe(expected)
  })

  test('ada, the owner, adds linus, makes him admin, and cannot hand him the room so', async () => {
    const set = (role: string) =>
      attempt(sql, 'ada', async (tx) => {
        await tx`insert into room_participants (room_id, user_id) values (${sqlRoom}, ${people.linus})`
        return tx`update room_participants set role = ${role} where room_id = ${sqlRoom} and user_id = ${people.linus}`
      })
    expect([await set('admin'), await set('owner')]).toEqual(['1 rows', 'refused 42501'])
  })

  test('whoever lets only contacts add them is not added by a stranger', async () => {
    const add = () =>
      attempt(
        sql,
        'ada',
        (tx) => tx`insert into room_participants (room_id, user_id) values (${sqlRoom}, ${people.linus})`,
      )
    await sql`update user_profiles set privacy_group_add = 'contacts' where id = ${people.linus}`
    expect(await add()).toBe('refused 42501')
    await sql`update user_profiles set privacy_group_add = 'everyone' where id = ${people.linus}`
    expect(await add()).toBe('1 rows')
  })
})

describe('what a member set for themself, and when they read', () => {
  const hidden = [
    ...['last_read_at', 'unread_from_seq', 'muted_until', 'pinned_at', 'archived_at', 'notify_level', 'accepted_at'],
    'updated_at',
  ]
  test.for(hidden)('%s is read by nobody with the rights of a person', async (column) => {
    const read = (tx: Tx) => tx`select ${tx(column)} from room_participants where room_id = ${sqlRoom}`
    const guess = (tx: Tx) =>
      tx`select user_id from room_participants where room_id = ${sqlRoom} and ${tx(column)} is not null`
    for (const who of ['grace', 'ada', 'anon'] as const) {
      expect([await attempt(sql, who, read), await attempt(sql, who, guess)]).toEqual([
        'refused 42501',
        'refused 42501',
      ])
    }
  })

  test('everything else of the members is read, and a whole row is not', async () => {
    const columns = await sql`
      select attname as name from pg_attribute
      where attrelid = 'public.room_participants'::regclass and attnum > 0 and not attisdropped`
    const open = columns.map(({ name }) => name as string).filter((name) => !hidden.includes(name))
    const read = (tx: Tx) => tx`select ${tx(open)} from room_participants where room_id = ${sqlRoom}`
    expect(await attempt(sql, 'grace', read)).toMatch(/^[1-9]\d* rows$/)
    const all = (tx: Tx) => tx`select * from room_participants where room_id = ${sqlRoom}`
    expect(await attempt(sql, 'grace', all)).toBe('refused 42501')
  })

  test('the service reads what counts as read, of the person it names alone', async () => {
    const [row] = await as(sql, 'service', (tx) => tx`select parley.own_marks(${people.grace}) as marks`)
    const marks = row!['marks'] as { room: string }[]
    expect(marks.map((mark) => mark.room)).toContain(sqlRoom)
    expect(marks[0]).toEqual({ room: expect.any(String), historyFrom: 0, read: 0, unreadFrom: null })
  })
})

describe('what only the service does', () => {
  const calls: [string, (tx: Tx) => Promise<{ count: number }>][] = [
    ['ingest_batch', (tx) => tx`select ingest_batch(${room}, 1, 5, 5, ${tx.json([posted(5) as never])})`],
    ['sweep_ephemeral', (tx) => tx`select sweep_ephemeral()`],
    ['claim_epoch', (tx) => tx`select parley.claim_epoch(${room})`],
    ['room_state', (tx) => tx`select parley.room_state(${room})`],
    ['room_spine', (tx) => tx`select parley.room_spine(${room}, 0, 10)`],
    [
      'create_join_link',
      (tx) => tx`select parley.create_join_link(${randomUUID()}, ${room}, ${people.ada}, ${'0'.repeat(64)}, 0)`,
    ],
    ['link_preview', (tx) => tx`select parley.link_preview(${'0'.repeat(64)})`],
    ['join_room', (tx) => tx`select parley.join_room(${randomUUID()}, ${'0'.repeat(64)}, ${people.linus}, 0)`],
    [
      'search_messages',
      (tx) =>
        tx`select parley.search_messages(${people.ada}, ${tx.json({ terms: [{ text: 'a', not: false, prefix: false }], filters: [], sort: 'newest', limit: 20 })})`,
    ],
    ['search_people', (tx) => tx`select parley.search_people(${people.ada}, 'gr', 20, null)`],
    ['search_rooms', (tx) => tx`select parley.search_rooms(${people.ada}, 'an', 20, null)`],
    ['message_info', (tx) => tx`select parley.message_info(${room}, 1)`],
    ['leave_device', (tx) => tx`select parley.leave_device(${randomUUID()}, ${people.ada})`],
    ['end_sessions', (tx) => tx`select parley.end_sessions(${people.ada})`],
    ['open_direct', (tx) => tx`select parley.open_direct(${people.ada}, ${people.grace})`],
    ['standing', (tx) => tx`select parley.standing(${room}, ${people.ada})`],
    ['room_card', (tx) => tx`select parley.room_card(${room}, ${people.ada})`],
    ['change_entry', (tx) => tx`select parley.change_entry(${room}, ${people.ada}, 'public')`],
    ['members_of', (tx) => tx`select parley.members_of(${room}, ${people.ada})`],
    ['bans_of', (tx) => tx`select parley.bans_of(${room}, ${people.ada})`],
    ['audit_of', (tx) => tx`select parley.audit_of(${room}, ${people.ada})`],
    ['directory', (tx) => tx`select parley.directory(${people.ada})`],
    ['join_public', (tx) => tx`select parley.join_public(${randomUUID()}, ${room}, ${people.linus}, 0)`],
    ['join_links_of', (tx) => tx`select parley.join_links_of(${room}, ${people.ada})`],
    ['revoke_join_link', (tx) => tx`select parley.revoke_join_link(${room}, ${people.ada}, ${randomUUID()})`],
    ['ask_to_join', (tx) => tx`select parley.ask_to_join(${room}, ${people.linus})`],
    ['withdraw_join_request', (tx) => tx`select parley.withdraw_join_request(${room}, ${people.linus})`],
    ['join_requests_of', (tx) => tx`select parley.join_requests_of(${room}, ${people.ada})`],
    [
      'approve_join_request',
      (tx) => tx`select parley.approve_join_request(${randomUUID()}, ${waitedAt}, ${people.ada}, ${people.linus})`,
    ],
    [
      'decline_join_request',
      (tx) => tx`select parley.decline_join_request(${waitedAt}, ${people.ada}, ${people.linus})`,
    ],
    [
      'set_passcode',
      (tx) => tx`select parley.set_passcode(${room}, ${people.ada}, ${'0'.repeat(32)}, 100000, ${'0'.repeat(64)})`,
    ],
    ['clear_passcode', (tx) => tx`select parley.clear_passcode(${waitedAt}, ${people.ada})`],
    ['passcode_salt', (tx) => tx`select parley.passcode_salt(${waitedAt})`],
    ['try_passcode', (tx) => tx`select parley.try_passcode(${waitedAt}, ${people.linus}, ${'1'.repeat(64)})`],
    ['register_device', (tx) => tx`select parley.register_device(${randomUUID()}, ${people.ada})`],
    ['device_seen', (tx) => tx`select parley.device_seen(${device}, ${people.ada})`],
    ['rename_device', (tx) => tx`select parley.rename_device(${device}, ${people.ada}, 'x')`],
    ['revoke_device', (tx) => tx`select parley.revoke_device(${device}, ${people.ada})`],
    ['devices_of', (tx) => tx`select parley.devices_of(${people.ada})`],
    [
      'change_members',
      (tx) => tx`select parley.change_members(${randomUUID()}, ${room}, ${people.ada}, ${leaving(tx)})`,
    ],
    ['create_group', (tx) => tx`select parley.create_group(${randomUUID()}, 'x', ${people.ada}, ${[people.grace]})`],
    ['hand_over', (tx) => tx`select parley.hand_over(${randomUUID()}, ${room}, ${people.ada}, ${people.grace})`],
    ['delete_room', (tx) => tx`select parley.delete_room(${waitedAt}, ${people.ada})`],
    ['erase_account', (tx) => tx`select parley.erase_account(${people.linus}, 'keep')`],
    ['erasure_plan', (tx) => tx`select parley.erasure_plan(${people.ada})`],
    ['export_person', (tx) => tx`select parley.export_person(${people.ada})`],
    ['export_rooms', (tx) => tx`select parley.export_rooms(${people.ada}, null, 10)`],
    ['export_written', (tx) => tx`select parley.export_written(${people.ada})`],
    ['export_messages', (tx) => tx`select parley.export_messages(${people.ada}, ${[room]}::uuid[], 0, 10, 10)`],
    ['export_reactions', (tx) => tx`select parley.export_reactions(${people.ada}, 10)`],
    ['export_acts', (tx) => tx`select parley.export_acts(${people.ada}, 0, 10)`],
    ['erase_in_room', (tx) => tx`select parley.erase_in_room(${room}, ${people.linus})`],
    ['message_states', (tx) => tx`select parley.message_states(${room}, array[1::bigint])`],
    ['member', (tx) => tx`select parley.member(${room}, ${people.grace})`],
    ['message_receipts', (tx) => tx`select parley.message_receipts(${room}, 1)`],
    ['room_commands', (tx) => tx`select parley.room_commands(${room}, 0, 10)`],
    ['fill_statuses', (tx) => tx`select parley.fill_statuses(${room})`],
    ['expire_in_room', (tx) => tx`select parley.expire_in_room(${room})`],
    ['inbox_state', (tx) => tx`select parley.inbox_state(${people.grace})`],
    ['room_lines', (tx) => tx`select parley.room_lines(${people.grace}, array[${room}::uuid])`],
    [
      'keep_room_preferences',
      (tx) => tx`select parley.keep_room_preferences(${people.grace}, ${tx.json([{ room, level: 'mentions' }])})`,
    ],
    ['change_settings', (tx) => tx`select parley.change_settings(${people.grace}, '{"readReceipts": false}')`],
    ['set_block', (tx) => tx`select parley.set_block(${people.grace}, ${people.ada}, true)`],
    ['own_marks', (tx) => tx`select parley.own_marks(${people.grace})`],
    ['schema_version', (tx) => tx`select parley.schema_version()`],
    ['audit_page', (tx) => tx`select parley.audit_page(10)`],
    ['record_account_act', (tx) => tx`select parley.record_account_act(${people.grace}, 'signed_out_everywhere')`],
    ['meeting_entry', (tx) => tx`select parley.meeting_entry(${meeting}, ${people.ada}, ${code})`],
    ['meeting_state', (tx) => tx`select parley.meeting_state(${meeting})`],
    ['meeting_of', (tx) => tx`select parley.meeting_of(${meeting}, ${people.ada})`],
    ['meetings_of', (tx) => tx`select parley.meetings_of(${people.ada}, 'coming')`],
    [
      'create_meeting',
      (tx) =>
        tx`select parley.create_meeting(${people.ada}, ${tx.json({ id: randomUUID(), room: waitedAt, media: 'video', title: 'Looms' })})`,
    ],
    ['change_meeting', (tx) => tx`select parley.change_meeting(${meeting}, ${people.ada}, '{"title": "Looms"}')`],
    ['cancel_meeting', (tx) => tx`select parley.cancel_meeting(${meeting}, ${people.ada})`],
    ['move_on_meeting', (tx) => tx`select parley.move_on_meeting(${meeting}, 0)`],
    ['record_meeting', (tx) => tx`select parley.record_meeting(${meeting}, '{"session": 0, "people": []}')`],
    [
      'create_meeting_link',
      (tx) =>
        tx`select parley.create_meeting_link(${randomUUID()}, ${meeting}, ${people.ada}, ${'2'.repeat(64)}, 'anyone')`,
    ],
    ['meeting_links_of', (tx) => tx`select parley.meeting_links_of(${meeting}, ${people.ada})`],
    ['revoke_meeting_link', (tx) => tx`select parley.revoke_meeting_link(${meeting}, ${people.ada}, ${link})`],
    ['use_meeting_link', (tx) => tx`select parley.use_meeting_link(${link}, true)`],
    ['meeting_passcode_salt', (tx) => tx`select parley.meeting_passcode_salt(${link})`],
    ['try_meeting_passcode', (tx) => tx`select parley.try_meeting_passcode(${link}, ${code}, ${code})`],
    [
      'invite_to_meeting',
      (tx) =>
        tx`select parley.invite_to_meeting(${meeting}, ${people.ada}, ${[people.grace]}::uuid[], '[]'::jsonb, 'Come')`,
    ],
    ['invitations_of', (tx) => tx`select parley.invitations_of(${meeting}, ${people.ada})`],
    ['withdraw_invitation', (tx) => tx`select parley.withdraw_invitation(${meeting}, ${people.ada}, ${invitation})`],
    ['answer_invitation', (tx) => tx`select parley.answer_invitation(${meeting}, ${people.linus}, 'accepted')`],
    ['answer_mailed_invitation', (tx) => tx`select parley.answer_mailed_invitation(${code}, 'accepted')`],
    ['take_meeting_mails', (tx) => tx`select parley.take_meeting_mails(10)`],
    ['meeting_mails_sent', (tx) => tx`select parley.meeting_mails_sent(${[invitation]}::uuid[])`],
    [
      'begin_recording',
      (tx) => tx`select parley.begin_recording(${meeting}, ${people.ada}, ${randomUUID()}, 'a/b.mp4')`,
    ],
    ['note_recording', (tx) => tx`select parley.note_recording(${meeting}, ${recording}, 'EG_1', 'active')`],
    ['recording_goes_on', (tx) => tx`select parley.recording_goes_on(${meeting}, ${recording})`],
    ['recordings_of', (tx) => tx`select parley.recordings_of(${meeting}, ${people.ada})`],
    ['recording_of', (tx) => tx`select parley.recording_of(${meeting}, ${recording}, ${people.ada})`],
    ['forget_recording', (tx) => tx`select parley.forget_recording(${meeting}, ${recording})`],
    ['export_meetings', (tx) => tx`select parley.export_meetings(${people.ada}, null, 10)`],
    ['export_invitations', (tx) => tx`select parley.export_invitations(${people.ada}, null, 10)`],
    ['export_recordings', (tx) => tx`select parley.export_recordings(${people.ada}, null, 10)`],
    ['take_doomed_files', (tx) => tx`select parley.take_doomed_files(10)`],
    ['files_gone', (tx) => tx`select parley.files_gone('{a/b.mp4}')`],
    ['keep_presence', (tx) => tx`select parley.keep_presence(${people.grace}, true, 'available', null, false, 0, 60)`],
  ]
  const [meeting, link, invitation, recording] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()]
  const code = '1'.repeat(64)
  const device = randomUUID()
  const leaving = (tx: Tx) => tx.json([{ kind: 'leave', person: people.grace }])
  // Someone waits here, a word is set and a device is known, so that each function comes as far as its last table.
  let waitedAt: string
  beforeAll(async () => {
    waitedAt = await makeRoom(sql, [])
    const hash = '0'.repeat(64)
    await sql`insert into parley.join_requests (room_id, person) values (${waitedAt}, ${people.linus})`
    await sql`insert into parley.passcodes (room_id, salt, iterations, hash) values (${waitedAt}, ${hash}, 100000, ${hash})`
    await sql`insert into parley.devices (id, person) values (${device}, ${people.ada})`
    await sql`insert into meetings (id, room_id, host_id) values (${meeting}, ${room}, ${people.ada})`
    await sql`insert into meeting_invitations (id, meeting_id, inviter_id, invitee_id)
      values (${invitation}, ${meeting}, ${people.ada}, ${people.linus})`
    await sql`insert into parley.meeting_links (id, meeting_id, created_by, code_hash, salt, iterations, hash)
      values (${link}, ${meeting}, ${people.ada}, ${code}, ${hash}, 100000, ${hash})`
    await sql`insert into meeting_recordings (id, meeting_id, livekit_egress_id)
      values (${recording}, ${meeting}, ${recording})`
  })

  test('each function of parley is tried here', async () => {
    const functions = await sql`select proname as name from pg_proc where pronamespace = 'parley'::regnamespace`
    const tried = calls.map(([name]) => name)
    expect(functions.map(({ name }) => name).filter((name) => !tried.includes(name))).toEqual([])
  })

  test.for(calls)('%s', async ([, call]) => {
    expect([
      await attempt(sql, 'anon', call),
      await attempt(sql, 'ada', call),
      await attempt(sql, 'service', call),
    ]).toEqual(['refused 42501', 'refused 42501', '1 rows'])
  })

  test('the service writes a batch through its own rights, not the owner’s', async () => {
    const answer = await as(sql, 'service', (tx) =>
      ingest(tx, {
        room,
        from: 5,
        to: 5,
        events: [posted(5)],
        marks: [{ person: people.grace, delivered: 5, read: 5 }],
      }),
    )
    expect(answer).toEqual({ outcome: 'applied', appliedTo: 5, duplicates: [] })
  })
})
