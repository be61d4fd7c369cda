import { Hono } from 'hono'
import * as z from 'zod/mini'
import { auditUnread, getUnread, markRead, markUnread } from '../../protocol/endpoints/unread.ts'
import { limits } from '../../protocol/limits.ts'
import type { App } from '../env.ts'
import { inboxObject, roomObject } from '../objects.ts'
import { noSuchRoom } from '../problem.ts'
import { recount } from '../recount.ts'
import { serve } from '../serve.ts'
import { asPerson, asService, databaseAway, dataOf } from '../supabase.ts'
import { difference, judge, type Accounts, type Counted } from '../unread-audit.ts'

type Client = ReturnType<typeof asPerson>

const number = z.coerce.number()
const Count = z.object({
  ...{ room_id: z.string(), unread: number, mentions: number, last_seq: number, last_read_seq: number },
})

// Three more looks, 300 ms apart: a room tells its inboxes twice a second, and Postgres sooner than that.
const looks = 4
const lookAgainMs = 300

/** What is unread: as Postgres counts it, and whether everyone who counts agrees; and marks, for those without a socket. */
export const unread = new Hono<App>()

serve(unread, getUnread, async ({ c, session }) => {
  const counts = await counted(asPerson(c.env, session.token))
  const rooms = [...counts].map(([room, count]) => ({ room, unread: count.unread, mentions: count.mentions }))
  return [200, { total: rooms.reduce((sum, room) => sum + room.unread, 0), rooms }]
})

/** Rooms that are in motion are looked at again before anything is said of them. */
serve(unread, auditUnread, async ({ c, session }) => {
  const { me, token } = session
  const client = asPerson(c.env, token)
  const inbox = inboxObject(c.env, me.person.id)
  let open: Map<string, Accounts> | null = null
  let checked = 0
  for (let look = 0; look < looks && open?.size !== 0; look++) {
    if (look > 0) await scheduler.wait(lookAgainMs)
    const lines = await inbox.currentList()
    if (!lines) throw databaseAway()
    const again: string[] | null = open && [...open.keys()]
    const [sql, rows] = await Promise.all([counted(client), recount(client, asService(c.env), me.person.id, again)])
    const known = new Map(lines.map((line) => [line.room, line]))
    // A list in Postgres that is cut short says nothing of the rooms beyond it.
    const whole = sql.size < limits.list
    const rooms: string[] = again ?? [...new Set([...sql.keys(), ...rows.keys(), ...(whole ? known.keys() : [])])]
    if (!again) checked = rooms.length
    const accounts = rooms.map((room): [string, Accounts] => {
      return [room, { inbox: known.get(room), sql: sql.get(room), recount: rows.get(room) }]
    })
    open = new Map(accounts.filter(([, each]) => judge(each) !== 'same'))
  }
  const left = [...(open ?? [])]
  const differences = left.filter(([, each]) => judge(each) === 'different')
  const behind = left.filter(([, each]) => judge(each) === 'behind')
  return [
    200,
    {
      checked,
      differences: differences.map(([room, each]) => difference(room, each)),
      behind: behind.map(([room]) => room),
    },
  ]
})

serve(unread, markRead, async ({ c, session, params, body }) => {
  return marked(await roomObject(c.env, params.room).markAll(session.me.person.id, 'read', body.seq))
})

serve(unread, markUnread, async ({ c, session, params }) => {
  return marked(await roomObject(c.env, params.room).markAll(session.me.person.id, 'unread'))
})

function marked(outcome: 'marked' | 'nothing' | 'gone' | 'away'): [204] {
  switch (outcome) {
    case 'marked':
    case 'nothing':
      return [204]
    case 'gone':
      throw noSuchRoom()
    case 'away':
      throw databaseAway()
  }
}

async function counted(client: Client): Promise<Map<string, Counted>> {
  const answer = await client.rpc('get_unread_counts', { p_cap: limits.unreadCap }).retry(false)
  const rows = z.array(Count).parse(dataOf(answer))
  return new Map(
    rows.map(({ room_id, unread: count, mentions, last_seq, last_read_seq }) => {
      return [room_id, { unread: count, mentions, lastSeq: last_seq, read: last_read_seq }]
    }),
  )
}
