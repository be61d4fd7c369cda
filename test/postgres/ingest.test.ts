import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freshDatabase, secondConnection, type Sql, waitingFor } from './support/database.ts'
import { people, signUp } from './support/people.ts'
import { fill, ingest, joined, makeRoom, nineOClock, posted, run } from './support/rooms.ts'

let sql: Sql
beforeAll(async () => {
  sql = await freshDatabase()
  await signUp(sql)
})
afterAll(() => sql.end())

async function texts(room: string): Promise<unknown[]> {
  return (await sql`select content from messages where room_id = ${room} order by seq`).map((row) => row['content'])
}

async function marksOf(room: string, person: keyof typeof people): Promise<unknown> {
  const [row] = await sql`
    select last_delivered_seq as delivered, last_read_seq as read
    from room_participants where room_id = ${room} and user_id = ${people[person]}`
  return row
}

describe('a batch that follows', () => {
  test('is applied: rows, commands, the head and the time of the newest message', async () => {
    const room = await makeRoom(sql)
    const source = { name: 'Ada L.', source: 'whatsapp' } as const
    const events = [joined(1), posted(2, { mentions: [people.grace] }), posted(4, { replyTo: 2, by: null, source })]
    expect(await ingest(sql, { room, from: 1, to: 5, events })).toEqual({
      outcome: 'applied',
      appliedTo: 5,
      duplicates: [],
    })

    const rows = await sql`
      select seq, rev, client_id, sender_id, type, content, reply_to_seq, mentions, metadata, private.to_ms(created_at) as at
      from messages where room_id = ${room} order by seq`
    const plain = { reply_to_seq: null, mentions: [], metadata: {}, type: 'text' }
    expect([...rows]).toEqual([
      {
        ...plain,
        ...{
          seq: 1,
          rev: 1,
          client_id: events[0]!.id,
          sender_id: null,
          type: 'system',
          content: '',
          at: nineOClock + 1_000,
        },
        metadata: { system: { kind: 'member_joined', person: people.grace, name: 'grace' } },
      },
      {
        ...plain,
        ...{
          seq: 2,
          rev: 2,
          client_id: events[1]!.id,
          sender_id: people.ada,
          content: 'message 2',
          at: nineOClock + 2_000,
        },
        mentions: [people.grace],
      },
      {
        ...plain,
        ...{ seq: 4, rev: 4, client_id: events[2]!.id, sender_id: null, content: 'message 4', at: nineOClock + 4_000 },
        reply_to_seq: 2,
        metadata: { import: source },
      },
    ])
    const commands = await sql`select id, seq, hash from parley.commands where room_id = ${room} order by seq`
    expect([...commands]).toEqual([posted(2), posted(4)].map(({ id, seq, hash }) => ({ id, seq, hash })))
    const [head] = await sql`select last_seq, private.to_ms(last_message_at) as at from rooms where id = ${room}`
    expect(head).toEqual({ last_seq: 5, at: nineOClock + 4_000 })
  })

  test('may arrive encoded twice', async () => {
    const room = await makeRoom(sql)
    const twice = sql.json(JSON.stringify([posted(1)]))
    const marks = sql.json(JSON.stringify([{ person: people.ada, delivered: 1, read: 1 }]))
    await sql`select ingest_batch(${room}, 1, 1, 1, ${twice}, ${marks})`
    expect([await texts(room), await marksOf(room, 'ada')]).toEqual([['message 1'], { delivered: 1, read: 1 }])
  })

  test('with marks alone changes marks alone', async () => {
    const room = await makeRoom(sql)
    await fill(sql, room, run(1, 3))
    const marks = [{ person: people.grace, delivered: 3, read: 2 }]
    const answer = await ingest(sql, { room, from: 4, to: 3, events: [], marks })
    expect(answer).toEqual({ outcome: 'applied', appliedTo: 3, duplicates: [] })
    expect(await marksOf(room, 'grace')).toEqual({ delivered: 3, read: 2 })
  })

  test('changes nothing when it is repeated, whole or overlapping', async () => {
    const room = await makeRoom(sql)
    await fill(sql, room, run(1, 3))
    const before = await sql`select *, xmin from messages where room_id = ${room} order by seq`
    expect(await ingest(sql, { room, from: 1, to: 3, events: run(1, 3) })).toEqual({
      outcome: 'applied',
      appliedTo: 3,
      duplicates: [],
    })
    expect([...(await sql`select *, xmin from messages where room_id = ${room} order by seq`)]).toEqual([...before])
    expect(await ingest(sql, { room, from: 2, to: 5, events: run(2, 5) })).toMatchObject({
      appliedTo: 5,
      duplicates: [],
    })
    expect(await texts(room)).toEqual(['message 1', 'message 2', 'message 3', 'message 4', 'message 5'])
  })

  test('brings nothing back that was removed since', async () => {
    const room = await makeRoom(sql)
    await fill(sql, room, run(1, 3))
    await sql`delete from messages where room_id = ${room} and seq = 2`
    await ingest(sql, { room, from: 1, to: 4, events: run(1, 4) })
    expect(await texts(room)).toEqual(['message 1', 'message 3', 'message 4'])
  })

  test('of a later epoch than the database knows is taken, and the head does not go back', async () => {
    const room = await makeRoom(sql)
    await fill(sql, room, run(1, 3))
    expect(await ingest(sql, { room, epoch: 4, from: 1, to: 2, events: run(1, 2) })).toMatchObject({ appliedTo: 3 })
    expect((await sql`select epoch, last_seq from rooms where id = ${room}`)[0]).toEqual({ epoch: 4, last_seq: 3 })
  })

  test('answers the seq that an id already has, and posts it no second time', async () => {
    const room = await makeRoom(sql)
    await fill(sql, room, run(1, 2))
    const events = [posted(3, { id: posted(1).id }), posted(4), posted(5, { id: posted(4).id })]
    expect(await ingest(sql, { room, from: 3, to: 5, events })).toEqual({
      outcome: 'applied',
      appliedTo: 5,
      duplicates: [
        { clientId: posted(1).id, seq: 1 },
        { clientId: posted(4).id, seq: 4 },
      ],
    })
    expect(await texts(room)).toEqual(['message 1', 'message 2', 'message 4'])
  })
})

describe('a batch that does not follow writes nothing', () => {
  test('a hole before it is a gap', async () => {
    const room = await makeRoom(sql)
    await fill(sql, room, run(1, 2))
    expect(await ingest(sql, { room, from: 4, to: 4, events: [posted(4)] })).toEqual({ outcome: 'gap', lastSeq: 2 })
    expect(await texts(room)).toHaveLength(2)
  })

  test('an older epoch is stale, a repeat of its old events included', async () => {
    const room = await makeRoom(sql)
    await fill(sql, room, run(1, 2))
    const [claim] = await sql`select (parley.claim_epoch(${room}) -> 'epoch')::int as epoch`
    const epoch: number = claim!['epoch']
    const stale = { outcome: 'stale_epoch', epoch }
    expect(await ingest(sql, { room, epoch: 1, from: 3, to: 3, events: [posted(3)] })).toEqual(stale)
    expect(await ingest(sql, { room, epoch: 1, from: 1, to: 2, events: run(1, 2) })).toEqual(stale)
    expect(await ingest(sql, { room, epoch, from: 3, to: 3, events: [posted(3)] })).toMatchObject({
      outcome: 'applied',
    })
  })

  test('another message on a taken seq is split-brain, although the rest would fit', async () => {
    const room = await makeRoom(sql)
    await fill(sql, room, run(1, 3))
    const other = posted(2, { id: randomUUID() })
    const marks = [{ person: people.grace, delivered: 3, read: 3 }]
    const answer = await ingest(sql, { room, from: 1, to: 4, events: [posted(1), other, posted(3), posted(4)], marks })
    expect(answer).toEqual({ outcome: 'split_brain', seq: 2 })
    expect([await texts(room), await marksOf(room, 'grace')]).toEqual([
      ['message 1', 'message 2', 'message 3'],
      { delivered: 0, read: 0 },
    ])
  })

  test('a room that is no more is gone', async () => {
    expect(await ingest(sql, { room: randomUUID(), from: 1, to: 1, events: [posted(1)] })).toEqual({ outcome: 'gone' })
  })

  test('events outside of the range it names are a defect', async () => {
    const room = await makeRoom(sql)
    for (const [from, to] of [
      [2, 3],
      [1, 0],
      [0, 1],
    ] as const) {
      await expect(ingest(sql, { room, from, to, events: [posted(1)] })).rejects.toMatchObject({ code: '22023' })
    }
  })
})

describe('what the room accepted, Postgres accepts', () => {
  test('a sender without a profile becomes null', async () => {
    const room = await makeRoom(sql)
    await fill(sql, room, [posted(1, { by: randomUUID() })])
    expect([...(await sql`select sender_id, content from messages where room_id = ${room}`)]).toEqual([
      { sender_id: null, content: 'message 1' },
    ])
  })

  test('a sender who is no member, has left or is silenced is taken all the same', async () => {
    const room = await makeRoom(sql, ['grace'])
    await sql`update room_participants set left_at = now(), silenced_until = 'infinity', banned_until = 'infinity' where room_id = ${room}`
    await fill(sql, room, [posted(1, { by: people.linus }), posted(2, { by: people.grace })])
    expect(
      (await sql`select sender_id from messages where room_id = ${room} order by seq`).map((row) => row['sender_id']),
    ).toEqual([people.linus, people.grace])
  })

  test('a reply to what is not there is a message without a quote', async () => {
    const room = await makeRoom(sql)
    await fill(sql, room, [posted(5, { seq: 1, id: posted(5).id, replyTo: 99 })])
    expect([...(await sql`select content, reply_to_seq from messages where room_id = ${room}`)]).toEqual([
      { content: 'message 5', reply_to_seq: null },
    ])
  })

  test('marks of whoever is no member are left out', async () => {
    const room = await makeRoom(sql, [])
    const marks = [
      { person: people.linus, delivered: 1, read: 1 },
      { person: people.ada, delivered: 1, read: 0 },
    ]
    expect(await ingest(sql, { room, from: 1, to: 1, events: [posted(1)], marks })).toMatchObject({
      outcome: 'applied',
    })
    expect(await marksOf(room, 'ada')).toEqual({ delivered: 1, read: 0 })
  })

  test('a room without messages takes the time of what is imported, later ones keep the newest', async () => {
    const room = await makeRoom(sql)
    const at = async () =>
      (await sql`select private.to_ms(last_message_at) as at from rooms where id = ${room}`)[0]!['at']
    await fill(sql, room, [posted(1, { at: 1_000 })])
    expect(await at()).toBe(1_000)
    await fill(sql, room, [posted(2, { at: 5_000 }), posted(3, { at: 4_000 })])
    expect(await at()).toBe(5_000)
    await fill(sql, room, [posted(4, { at: 2_000 })])
    expect(await at()).toBe(5_000)
  })
})

describe('marks', () => {
  test('never go back, and the highest of a batch counts', async () => {
    const room = await makeRoom(sql)
    await fill(sql, room, run(1, 9))
    const mark = (...marks: [number, number][]) =>
      ingest(sql, {
        ...{ room, from: 10, to: 9, events: [] },
        marks: marks.map(([delivered, read]) => ({ person: people.grace, delivered, read })),
      })
    await mark([7, 5], [6, 6])
    expect(await marksOf(room, 'grace')).toEqual({ delivered: 7, read: 6 })
    await mark([3, 2])
    expect(await marksOf(room, 'grace')).toEqual({ delivered: 7, read: 6 })
    await mark([8, 2])
    expect(await marksOf(room, 'grace')).toEqual({ delivered: 8, read: 6 })
    // What was read has been received.
    await mark([0, 9])
    expect(await marksOf(room, 'grace')).toEqual({ delivered: 9, read: 9 })
  })

  test('do not raise members_version; any other change of a member does', async () => {
    const room = await makeRoom(sql)
    const version = async () => (await sql`select members_version as v from rooms where id = ${room}`)[0]!['v']
    expect(await version()).toBe(2)
    const marks = [{ person: people.grace, delivered: 1, read: 1 }]
    await ingest(sql, { room, from: 1, to: 1, events: [posted(1)], marks })
    expect(await version()).toBe(2)
    await sql`update room_participants set role = 'admin' where room_id = ${room} and user_id = ${people.grace}`
    await sql`update room_participants set left_at = now() where room_id = ${room} and user_id = ${people.grace}`
    expect(await version()).toBe(4)
    await sql`delete from room_participants where room_id = ${room} and user_id = ${people.grace}`
    expect(await version()).toBe(5)
    expect((await sql`select member_count from rooms where id = ${room}`)[0]).toEqual({ member_count: 1 })
  })
})

describe('receipts', () => {
  async function crowd(count: number): Promise<string> {
    const room = await makeRoom(sql, [])
    for (let i = 1; i < count; i++) {
      const id = randomUUID()
      await sql`insert into auth.users (id, email) values (${id}, ${`${id}@example.org`})`
      await sql`insert into room_participants (room_id, user_id) values (${room}, ${id})`
    }
    return room
  }

  test('a message has a row per recipient up to 16 members, and none at 17', async () => {
    const rows = async (room: string) => (await sql`select from message_status where room_id = ${room}`).length
    const [small, large] = [await crowd(16), await crowd(17)]
    await fill(sql, small, [joined(1), posted(2)])
    await fill(sql, large, [joined(1), posted(2)])
    expect([await rows(small), await rows(large)]).toEqual([15, 0])
  })

  test('rows follow the marks, delivered then read', async () => {
    const room = await makeRoom(sql)
    const statuses = async () =>
      (await sql`select seq, status from message_status where room_id = ${room} order by seq`).map((row) =>
        Object.values(row),
      )
    await ingest(sql, {
      room,
      from: 1,
      to: 3,
      events: run(1, 3),
      marks: [{ person: people.grace, delivered: 2, read: 1 }],
    })
    expect(await statuses()).toEqual([
      [1, 'read'],
      [2, 'delivered'],
      [3, 'sent'],
    ])
    await ingest(sql, { room, from: 4, to: 3, events: [], marks: [{ person: people.grace, delivered: 3, read: 3 }] })
    expect(await statuses()).toEqual([
      [1, 'read'],
      [2, 'read'],
      [3, 'read'],
    ])
  })

  test('whoever hides how far they have read is shown as delivered at most', async () => {
    const room = await makeRoom(sql)
    await sql`update room_participants set receipts_hidden = true where room_id = ${room}`
    const marks = [{ person: people.grace, delivered: 1, read: 1 }]
    await ingest(sql, { room, from: 1, to: 1, events: [posted(1)], marks })
    expect([...(await sql`select status, read_at from message_status where room_id = ${room}`)]).toEqual([
      { status: 'delivered', read_at: null },
    ])
  })

  test('a room that catches up writes messages and watermarks first', async () => {
    const room = await makeRoom(sql)
    await fill(sql, room, run(1, 500))
    expect(await sql`select from message_status where room_id = ${room}`).toHaveLength(0)
    await fill(sql, room, run(501, 502))
    expect(await sql`select from message_status where room_id = ${room}`).toHaveLength(2)
  })
})

describe('at once', () => {
  test('two batches of one room wait for each other, and the second is a repeat', async () => {
    const room = await makeRoom(sql)
    const other = await secondConnection(sql)
    const batch = { room, from: 1, to: 50, events: run(1, 50) }
    const answers = await Promise.all([ingest(sql, batch), ingest(other, batch), ingest(sql, batch)])
    expect(answers).toEqual(Array.from({ length: 3 }, () => ({ outcome: 'applied', appliedTo: 50, duplicates: [] })))
    expect(await texts(room)).toHaveLength(50)
  })

  test('the marks of whoever joins while a batch waits for the room count', async () => {
    const room = await makeRoom(sql)
    const other = await secondConnection(sql)
    const marks = [{ person: people.linus, delivered: 1, read: 1 }]
    const { batch } = await sql.begin(async (tx) => {
      await tx`insert into room_participants (room_id, user_id) values (${room}, ${people.linus})`
      const batch = ingest(other, { room, from: 1, to: 1, events: [posted(1)], marks })
      await waitingFor(sql, tx)
      return { batch }
    })
    await batch
    expect(await marksOf(room, 'linus')).toEqual({ delivered: 1, read: 1 })
  })

  test('whoever joins and is removed while a batch runs never deadlocks with it', async () => {
    const room = await makeRoom(sql)
    const [one, two, batcher, remover] = await Promise.all([1, 2, 3, 4].map(() => secondConnection(sql)))
    const marks = [{ person: people.linus, delivered: 1, read: 1 }]
    // Linus joins, the batch waits for the room.
    const { batch, profile } = await one!.begin(async (joining) => {
      await joining`insert into room_participants (room_id, user_id) values (${room}, ${people.linus})`
      const batch = ingest(batcher!, { room, from: 1, to: 1, events: [posted(1)], marks })
      await waitingFor(sql, joining)
      // Holds ada's profile, so that the batch stops once more, at her message, with the room locked.
      const profile = await two!.reserve()
      await profile`begin`
      await profile`select from user_profiles where id = ${people.ada} for update`
      return { batch, profile }
    })
    const batchPid = await waitingFor(sql, profile)
    const removal =
      remover!`delete from room_participants where room_id = ${room} and user_id = ${people.linus}`.execute()
    await waitingFor(sql, batchPid)
    await profile`commit`
    profile.release()
    expect([await batch, (await removal).count]).toEqual([{ outcome: 'applied', appliedTo: 1, duplicates: [] }, 1])
  })

  test('batches with marks and changes of members never deadlock', async () => {
    const room = await makeRoom(sql, ['grace', 'linus'])
    const other = await secondConnection(sql)
    const everyone = Object.values(people)
    const write = async () => {
      for (let seq = 1; seq <= 40; seq++) {
        const marks = everyone.toReversed().map((person) => ({ person, delivered: seq, read: seq }))
        await ingest(sql, { room, from: seq, to: seq, events: [posted(seq)], marks })
      }
    }
    const change = async () => {
      for (let i = 0; i < 40; i++) {
        await other`update room_participants set muted_until = now() where room_id = ${room} and user_id = ${people.linus}`
        await other`delete from room_participants where room_id = ${room} and user_id = ${people.grace}`
        await other`insert into room_participants (room_id, user_id) values (${room}, ${people.grace})`
      }
    }
    await Promise.all([write(), change()])
    expect([await texts(room), (await marksOf(room, 'linus')) as object]).toEqual([
      Array.from({ length: 40 }, (_, i) => `message ${i + 1}`),
      { delivered: 40, read: 40 },
    ])
  })
})

describe('a parked event', () => {
  test('is applied below the head, which stays, and alone', async () => {
    const room = await makeRoom(sql)
    await ingest(sql, { room, from: 1, to: 3, events: [posted(1), posted(3)] })
    const parked = { room, from: 2, to: 2, events: [posted(2)], parked: true }
    expect(await ingest(sql, parked)).toEqual({ outcome: 'applied', appliedTo: 3, duplicates: [] })
    expect(await texts(room)).toEqual(['message 1', 'message 2', 'message 3'])
    expect((await sql`select last_seq from rooms where id = ${room}`)[0]).toEqual({ last_seq: 3 })
    await expect(ingest(sql, { ...parked, to: 3, events: [posted(2), posted(3)] })).rejects.toThrow(/comes alone/)
  })

  test('of the future is a gap, of an earlier epoch stale, on a taken seq split-brain', async () => {
    const room = await makeRoom(sql)
    await ingest(sql, { room, epoch: 2, from: 1, to: 2, events: run(1, 2) })
    const park = (seq: number, epoch: number, id = posted(seq).id) =>
      ingest(sql, { room, epoch, from: seq, to: seq, events: [posted(seq, { id })], parked: true })
    expect(await park(3, 2)).toEqual({ outcome: 'gap', lastSeq: 2 })
    expect(await park(2, 1)).toEqual({ outcome: 'stale_epoch', epoch: 2 })
    expect(await park(2, 2, posted(9).id)).toEqual({ outcome: 'split_brain', seq: 2 })
  })
})

describe('changes', () => {
  const change = (seq: number, target: number) => ({
    seq,
    at: nineOClock,
    id: posted(seq).id,
    by: people.ada,
    hash: `${seq}`,
    target,
  })

  test('have their command kept, and an earlier text has its end', async () => {
    const room = await makeRoom(sql)
    await fill(sql, room, run(1, 1))
    const edited = { kind: 'edited', ...change(2, 1), text: 'better', mentions: [] as string[] } as const
    await ingest(sql, { room, from: 2, to: 2, events: [edited] })
    const [row] =
      await sql`select content, rev, edits, private.to_ms(edited_at) as at from messages where room_id = ${room}`
    const edits = [{ text: 'message 1', until: nineOClock }]
    expect(row).toEqual({ content: 'better', rev: 2, edits, at: nineOClock })
    expect(
      await sql`select from parley.commands where room_id = ${room} and id = ${posted(2).id} and hash = '2'`,
    ).toHaveLength(1)
  })

  test('of a kind that nobody knows are refused whole, so that the room parks them', async () => {
    const room = await makeRoom(sql)
    const strange = { ...posted(2), kind: 'shouted' } as never
    await expect(ingest(sql, { room, from: 1, to: 2, events: [posted(1), strange] })).rejects.toThrow(/event shouted/)
    expect(await texts(room)).toEqual([])
  })

  test('of what is gone, never was or is a system row change nothing', async () => {
    const room = await makeRoom(sql)
    await fill(sql, room, [joined(1), posted(2)])
    const events = [1, 2, 7].map((target, i) => ({ kind: 'pinned', ...change(3 + i, target) }) as const)
    await sql`update messages set deleted_at = now() where room_id = ${room} and seq = 2`
    expect(await ingest(sql, { room, from: 3, to: 5, events })).toMatchObject({ outcome: 'applied' })
    expect([...(await sql`select rev from messages where room_id = ${room} order by seq`)]).toEqual([
      { rev: 1 },
      { rev: 2 },
    ])
  })

  test('on many messages by many people go together', async () => {
    const room = await makeRoom(sql)
    await fill(sql, room, run(1, 100))
    const events = Array.from({ length: 400 }, (_, i) => {
      return { kind: 'reacted', ...change(101 + i, 1 + (i % 3)), emoji: `${i}` } as const
    })
    await ingest(sql, { room, from: 101, to: 500, events })
    expect([
      ...(await sql`select count(*) as n, max(m.rev) as rev from message_reactions r join messages m using (room_id, seq) where room_id = ${room}`),
    ]).toEqual([{ n: 400, rev: 500 }])
  })
})
