import { hash } from 'node:crypto'
import type postgres from 'postgres'
import type { Posted } from '../../protocol/events.ts'
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
  }
  return contests
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
