import { hash } from 'node:crypto'
import type postgres from 'postgres'
import type { Posted, RoomEvent } from '../../protocol/events.ts'
import { idOf } from '../../scripts/seed/random.ts'
import type { Contest } from './contest.ts'
import { groupOf } from './stage.ts'

const sizes = [2, 16, 50, 1_000]
const batches = [1, 100, 500]
// A row per recipient costs about 60 µs, so a turn of the obvious way ends within a second.
const mostRecipients = 10_000

/** A room's batch of messages, against a statement per message and a receipt row per recipient, as one would begin. */
export async function ingesting(sql: postgres.Sql): Promise<Contest[]> {
  const contests: Contest[] = []
  for (const members of sizes) {
    const room = await groupOf(sql, members)
    for (const count of batches) {
      const events = Array.from({ length: count }, (_, i) => posted(room.people[i % members]!, i + 1))
      const some = events.slice(0, Math.max(1, Math.floor(mostRecipients / members)))
      contests.push({
        name: `ingest ${count}, ${members} members`,
        as: 'service',
        share: some.length / count,
        ours: {
          what: 'ingest_batch()',
          run: (tx) => tx`select public.ingest_batch(${room.id}, 1, 1, ${count}, ${tx.json(events)})`,
        },
        naive: { what: 'a statement per message, a row per recipient', run: (tx) => oneByOne(tx, room.id, some) },
      })
    }
    if (members === 16) contests.push(ofAllKinds(room))
  }
  return contests
}

/** What people do beside writing, in one batch, against a call for each. */
function ofAllKinds({ id, people }: { id: string; people: string[] }): Contest {
  const count = 500
  const events = Array.from({ length: count }, (_, i) => someEvent(people[i % people.length]!, i + 1))
  const some = events.slice(0, count / 5)
  return {
    name: `ingest ${count} of all kinds, ${people.length} members`,
    as: 'service',
    share: some.length / count,
    ours: {
      what: 'ingest_batch()',
      run: (tx) => tx`select public.ingest_batch(${id}, 1, 1, ${count}, ${tx.json(events)})`,
    },
    naive: {
      what: 'a call per event',
      async run(tx) {
        for (const event of some) {
          await tx`select public.ingest_batch(${id}, 1, ${event.seq}, ${event.seq}, ${tx.json([event])})`
        }
      },
    },
  }
}

// Of five: a message, its edit, a reaction to it, a system row, a reply.
function someEvent(by: string, seq: number): RoomEvent {
  const post = posted(by, seq)
  const { at, id, hash: hashed } = post
  const change = { seq, at, id, by, hash: hashed }
  const first = seq - ((seq - 1) % 5)
  switch (seq - first) {
    case 1:
      return { ...change, kind: 'edited', target: first, text: 'At 16:00, sorry.', mentions: [] }
    case 2:
      return { ...change, kind: 'reacted', target: first, emoji: '👍' }
    case 3:
      return { kind: 'member_muted', seq, at, id, person: by, name: 'Grace', by, until: null }
    case 4:
      return { ...post, replyTo: first }
    default:
      return post
  }
}

function posted(by: string, seq: number): Posted {
  const id = idOf(`bench ingest ${seq}`)
  const text = `Ticket ${seq} is done, thanks! The meeting moved to 15:30.`
  const hashed = hash('sha256', id).slice(0, 32)
  return {
    kind: 'posted',
    seq,
    at: 1_795_424_400_000 + seq,
    id,
    by,
    text,
    replyTo: null,
    mentions: [],
    source: null,
    hash: hashed,
  }
}

async function oneByOne(tx: postgres.TransactionSql, room: string, events: Posted[]): Promise<void> {
  // Its own rows per recipient are the receipts.
  await tx`select set_config('parley.catching_up', 'on', true)`
  for (const { seq, id, by, text, at } of events) {
    await tx`
      insert into public.messages (room_id, seq, rev, client_id, sender_id, content, created_at)
      values (${room}, ${seq}, ${seq}, ${id}, ${by}, ${text}, ${new Date(at)})`
    await tx`
      insert into public.message_status (room_id, seq, user_id)
      select room_id, ${seq}, user_id from public.room_participants
      where room_id = ${room} and left_at is null and user_id <> ${by}`
    await tx`update public.rooms set last_seq = ${seq}, last_message_at = ${new Date(at)} where id = ${room}`
  }
}
