import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { SignJWT } from 'jose'
import postgres from 'postgres'
import type { System } from '../scripts/lib/system.ts'
import type { BumpsSeen, Job, ListsSeen } from './inbox/job.ts'
import { startBare } from './room/bare.ts'
import type { Crowd, Said, Seen } from './room/crowd.ts'
import { peopleOf, roomWith } from './room/people.ts'
import { hold } from './sql/contest.ts'
import { reading } from './sql/reading.ts'
import { stage, type Stage } from './sql/stage.ts'
import { printTable } from './support/table.ts'
import { withSystem } from './support/with-system.ts'

const { values: chosen } = parseArgs({
  args: process.argv.slice(3),
  options: { json: { type: 'boolean', default: false }, only: { type: 'string', default: '' } },
})

const people = 1_000
const rooms = 500
const messages = 60_000

const results: { name: string; figures: Record<string, number | null> }[] = []

/** npm run bench -- inbox [--json] [--only bumps|unread|connect]: what a person's list costs, each beside a peer. */
async function main(): Promise<void> {
  await withSystem(
    async (system) => {
      const sql = postgres(system.postgresUrl, { max: 4, onnotice: () => {} })
      try {
        // First of all, into an empty database.
        if (wanted('unread') || wanted('connect')) {
          const town = await stage(sql, messages, { write: (line: string) => void process.stderr.write(line) })
          if (wanted('unread')) await unread(system, town)
          if (wanted('connect')) await connect(system, sql, town)
        }
        if (wanted('bumps')) await bumps(system, sql)
      } finally {
        await sql.end({ timeout: 1 })
      }
    },
    { giveUpAfterMs: 500_000 },
  )
  if (chosen.json) console.log(JSON.stringify({ results }))
}

function wanted(what: string): boolean {
  return what.includes(chosen.only)
}

/** Everyone has their list open while one person writes into a room of all of them. */
async function bumps(system: System, sql: postgres.Sql): Promise<void> {
  // The owner, who signed up by themself, is the thousandth.
  const members = await peopleOf(system, sql, people - 1)
  const room = await roomWith(system, sql, members)
  const seats = members.map(({ token }) => token)
  const posts = { everyMs: 1_000, posts: 12 }
  let computing = 0
  const before = computedMs()
  const ours = await load<BumpsSeen | { t: 'there' }>(
    'inbox-load.ts',
    { t: 'bumps', url: system.pageUrl, room, seats, ...posts },
    () => (computing ||= -computedMs()),
  )
  const connecting = -computing - before
  computing += computedMs()
  if (ours.t !== 'bumps') throw new Error('Nothing was measured.')
  const bare = await startBare()
  let peer: Seen
  try {
    const crowd = { peer: 'bare' as const, url: bare.url, seats, posters: 1, postsPerSecond: 1 }
    const said = await load<Said>('room-load.ts', { ...crowd, silentMs: 0, warmMs: 0, measuredMs: 12_000 })
    if (said.t !== 'seen') throw new Error('The peer was not measured.')
    peer = said.seen
  } finally {
    await bare.stop()
  }
  record(`a message reaches the lists of ${seats.length} people`, 'one object, a socket each', [
    ['half have it p50 ms', ours.half.p50, peer.half.p50],
    ['last has it p50 ms', ours.last.p50, peer.last.p50],
    ['last has it max ms', ours.last.max, peer.last.max],
    ['connecting all ms', ours.connectMs, peer.connectMs],
    ['computing a bump ms', computing / ours.frames, null],
    ['computing a connection ms', connecting / seats.length, null],
  ])
}

async function unread(system: System, town: Stage): Promise<void> {
  const sql = postgres(system.postgresUrl, { max: 1, onnotice: () => {} })
  try {
    // What is unread, and the list.
    for (const contest of reading(town).slice(0, 2)) {
      const { name, ours, naive } = await hold(sql, town.reader, contest)
      record(name, naive.what, [
        ['p50 ms', ours.p50, naive.p50],
        ['p95 ms', ours.p95, naive.p95],
      ])
    }
  } finally {
    await sql.end({ timeout: 1 })
  }
}

/** Someone who is in 500 rooms opens their list. */
async function connect(system: System, sql: postgres.Sql, { reader }: Stage): Promise<void> {
  await sql`
    insert into public.room_participants (room_id, user_id, last_delivered_seq, last_read_seq)
    select id, ${reader}, last_seq, case when md5(id::text) < '4' then greatest(last_seq - 20, 0) else last_seq end
    from public.rooms r
    where type = 'group' and member_count < 1000
      and not exists (select from public.room_participants p where p.room_id = r.id and p.user_id = ${reader})
    order by md5(id::text) limit ${rooms - 200}`
  const expected = await sql.begin(async (tx) => {
    await tx`select set_config('request.jwt.claim.sub', ${reader}, true)`
    await tx.unsafe('set local role authenticated')
    return await tx<{ room: string; unread: number }[]>`
      select room_id as room, unread::int from public.get_unread_counts()`
  })
  const token = await new SignJWT({ role: 'authenticated', email: 'reader@bench.example.org' })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(reader)
    .setAudience('authenticated')
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(system.keys.jwtSecret))
  const seen = await load<ListsSeen>('inbox-load.ts', {
    ...{ t: 'lists', url: system.pageUrl, token, times: 20, expected: [...expected] },
  })
  if (seen.wrong > 0) throw new Error(`${seen.wrong} lists were not right.`)
  record(`the list of ${expected.length} rooms, from connecting to the right one`, 'GET /rooms', [
    ['whole p50 ms', seen.whole.p50, seen.asked.p50],
    ['whole max ms', seen.whole.max, seen.asked.max],
    ['resumed p50 ms', seen.resumed.p50, seen.asked.p50],
    ['the first of an inbox ms', seen.first, null],
    ['kB', seen.bytes / 1_024, null],
  ])
}

/** Runs a load to its end and answers what it said last; `said` hears each line. */
async function load<T>(program: string, job: Job | Crowd, said: () => unknown = () => {}): Promise<T> {
  const running = spawn(process.execPath, [resolve(import.meta.dirname, program)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: 200_000,
  })
  running.stdin.end(JSON.stringify(job))
  let last = ''
  for await (const line of createInterface(running.stdout)) {
    last = line
    said()
  }
  return JSON.parse(last) as T
}

/** What workerd has computed so far, in milliseconds of a core, which other work on the machine does not move. */
function computedMs(): number {
  const stats = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => statOf(pid))
    .filter((stat) => / \(workerd\) . (\d+) /.exec(` ${stat}`)?.[1] === `${process.pid}`)
  // A tick is 10 ms; the 14th and 15th fields are what the process has used.
  const ticks = stats.flatMap((stat) => stat.split(' ').slice(13, 15).map(Number))
  return 10 * ticks.reduce((sum, each) => sum + each, 0)
}

function statOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    // It ended while we looked.
    return ''
  }
}

type Row = [what: string, ours: number | null, peer: number | null]

function record(name: string, peer: string, rows: Row[]): void {
  results.push({
    name,
    figures: Object.fromEntries(
      rows.flatMap(([what, a, b]) => [
        [what, a],
        [`peer ${what}`, b],
      ]),
    ),
  })
  if (chosen.json) return
  const shown = (value: number | null) => value?.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0) ?? ''
  const ratio = (a: number | null, b: number | null) => (a && b ? `${(b / a).toFixed(2)} ×` : '')
  printTable(
    name,
    ['', 'Parley', peer, 'faster'],
    rows.map(([what, a, b]) => [what, shown(a), shown(b), ratio(a, b)]),
  )
}

await main()
