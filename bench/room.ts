import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import postgres from 'postgres'
import { limits } from '../protocol/limits.ts'
import { hold, release } from '../scripts/lib/database.ts'
import { stopPostgres } from '../scripts/lib/postgres.ts'
import { postgresDirOf, type System } from '../scripts/lib/system.ts'
import { buildWorker } from '../scripts/lib/worker.ts'
import { startBare } from './room/bare.ts'
import type { Crowd, Said, Seen } from './room/crowd.ts'
import { peopleOf, roomWith, type Member } from './room/people.ts'
import { printTable } from './support/table.ts'
import { withSystem } from './support/with-system.ts'

const { values: chosen } = parseArgs({
  args: process.argv.slice(3),
  options: { json: { type: 'boolean', default: false }, only: { type: 'string', default: '' } },
})

const memoryDisk = '/dev/shm'

// Long enough that the platform puts a room to sleep, which it does after 10 s.
const asleepMs = 12_000

type Bench = { system: System; sql: postgres.Sql; people: Member[]; bare: string; dataDir: string }
/** What was measured, by name with its unit; null: it never happened. */
type Figures = Record<string, number | null>
type Result = { name: string; disk: string; parley: Figures; bare: Figures | null }

const results: Result[] = []

/** npm run bench -- room [--json] [--only WORD]: one room under load, beside a bare Durable Object, on both disks. */
async function main(): Promise<void> {
  for (const disk of ['disk', ...(existsSync(memoryDisk) ? ['memory disk'] : [])]) {
    await withSystem(
      async (system, dataDir) => {
        const sql = postgres(system.postgresUrl, { max: 4, onnotice: () => {} })
        const before = workerds()
        const bare = await startBare()
        peerPid = workerds().find((pid) => !before.includes(pid)) ?? ''
        try {
          const people = await peopleOf(system, sql, 1_000)
          const bench = { system, sql, people, bare: bare.url, dataDir }
          if (wanted('latency')) for (const sockets of [10, 100, 1_000]) await latency(disk, bench, sockets)
          if (wanted('fan-out')) await fanOut(disk, bench)
          if (wanted('wake')) await wake(disk, bench)
          if (wanted('sustained')) {
            // A person may post ten times a second, which is not what is measured here.
            await system.reloadWorker(withoutPace(await buildWorker()))
            for (const members of [2, 16, 50]) await sustained(disk, bench, members)
          }
          if (wanted('outage')) await outage(disk, bench)
        } finally {
          await bare.stop()
          await sql.end({ timeout: 1 })
        }
      },
      { giveUpAfterMs: 500_000, ...(disk !== 'disk' && { under: memoryDisk }) },
    )
  }
  if (chosen.json) console.log(JSON.stringify({ results }))
}

function wanted(what: string): boolean {
  return what.includes(chosen.only)
}

async function latency(disk: string, bench: Bench, sockets: number): Promise<void> {
  const load = { ...quiet, posters: Math.min(sockets, 50), postsPerSecond: 15, measuredMs: 8_000 }
  const parley = await inRoom(bench, sockets, load)
  const bare = await beside(bench, sockets, load)
  record(
    { name: `latency, ${sockets} sockets, 15 messages/s`, disk },
    { ...latencies(parley), 'connect ms': parley.connectMs, 'kB a socket': parley.kbPerSocket },
    { ...latencies(bare), 'connect ms': bare.connectMs, 'kB a socket': bare.kbPerSocket },
  )
}

async function fanOut(disk: string, bench: Bench): Promise<void> {
  for (const postsPerSecond of [20, 200]) {
    const load = { ...quiet, posters: 100, postsPerSecond, measuredMs: 6_000 }
    const parley = await inRoom(bench, 1_000, load)
    const bare = await beside(bench, 1_000, load)
    record({ name: `fan-out, 1000 sockets, ${postsPerSecond} messages/s`, disk }, flow(parley), flow(bare))
  }
}

async function wake(disk: string, bench: Bench): Promise<void> {
  const load = { ...quiet, posters: 1, postsPerSecond: 1, silentMs: asleepMs, warmMs: 0, measuredMs: 900 }
  const parley = await inRoom(bench, 1_000, load)
  const bare = await beside(bench, 1_000, load)
  record({ name: 'wake with 1000 sockets', disk }, latencies(parley), latencies(bare))
}

async function sustained(disk: string, bench: Bench, members: number): Promise<void> {
  const load = { ...quiet, posters: members, postsPerSecond: 1_000, measuredMs: 6_000 }
  const lags: number[] = []
  const parley = await inRoom(bench, members, load, async (room, over) => {
    const passed: [number, number][] = []
    while (!over()) {
      passed.push([await lastSeq(bench.sql, room), Date.now()])
      await sleep(20)
    }
    return ({ acks }) => {
      for (const [seq, at] of acks) {
        const kept = passed.find(([last]) => last >= seq)
        if (kept) lags.push(kept[1] - at)
      }
    }
  })
  const bare = await beside(bench, members, load)
  const ranked = lags.toSorted((a, b) => a - b)
  const flushed = { 'flush lag p99 ms': ranked[Math.ceil(0.99 * ranked.length) - 1] ?? null }
  record({ name: `sustained, ${members} members, 1000 messages/s`, disk }, { ...flow(parley), ...flushed }, flow(bare))
}

/** Postgres goes away, people talk on, and it comes back. */
async function outage(disk: string, { system, sql, people, dataDir }: Bench): Promise<void> {
  await system.reloadWorker(withoutPace(await buildWorker()))
  const members = people.slice(0, 50)
  const room = await roomWith(system, sql, members)
  // The room has to have been awake once.
  const seats = members.map(({ token }) => token)
  const crowd = { peer: 'parley' as const, url: socketOf(system, room), seats, posters: 50, silentMs: 0, warmMs: 0 }
  await run({ ...crowd, postsPerSecond: 10, measuredMs: 500 })
  const folder = postgresDirOf(dataDir)
  hold(folder)
  await stopPostgres(folder)
  const { acked } = await run({ ...crowd, postsPerSecond: 1_000, measuredMs: 20_000 })
  release(folder)
  await system.database.resume()
  const before = await lastSeq(sql, room)
  let [first, last] = [0, before]
  let began = Date.now()
  const waitedSince = began
  for (const until = Date.now() + 90_000; Date.now() < until && last < before + acked; await sleep(10)) {
    last = await lastSeq(sql, room)
    if (first === 0 && last > before) [first, began] = [last, Date.now()]
  }
  const seconds = (Date.now() - began) / 1_000
  record(
    { name: 'drain after an outage', disk },
    { waiting: acked, 'events/s': (last - first) / seconds, 'begins after ms': began - waitedSince },
    null,
  )
}

const quiet = { silentMs: 0, warmMs: 2_000 }
type Load = Pick<Crowd, 'posters' | 'postsPerSecond' | 'silentMs' | 'warmMs' | 'measuredMs'>
type Watch = (room: string, over: () => boolean) => Promise<(seen: Seen) => void>

async function inRoom(bench: Bench, sockets: number, load: Load, watch?: Watch): Promise<Watched> {
  // The owner is one of the thousand that a room holds; a socket more is somebody's second tab.
  const members = bench.people.slice(0, Math.min(sockets, limits.roomMembers - 1))
  const seats = Array.from({ length: sockets }, (_, i) => members[i % members.length]!.token)
  const room = await roomWith(bench.system, bench.sql, members)
  let over = false
  const crowd = { peer: 'parley' as const, url: socketOf(bench.system, room), seats, ...load }
  const running = watchedRun(crowd).finally(() => (over = true))
  const watched = watch?.(room, () => over)
  const seen = await running
  ;(await watched)?.(seen)
  return seen
}

async function beside(bench: Bench, sockets: number, load: Load): Promise<Watched> {
  return await watchedRun({ peer: 'bare', url: bench.bare, seats: Array<string>(sockets).fill(''), ...load })
}

/** What the load has seen, what a socket takes in memory, and what its server computed once everyone was there. */
type Watched = Seen & { kbPerSocket: number; cpuMs: number }

async function watchedRun(crowd: Crowd): Promise<Watched> {
  const before = used(crowd.peer)
  let filled = before
  const seen = await run(crowd, () => (filled = used(crowd.peer)))
  return {
    ...seen,
    kbPerSocket: (filled.kb - before.kb) / crowd.seats.length,
    cpuMs: used(crowd.peer).cpuMs - filled.cpuMs,
  }
}

async function run(crowd: Crowd, there: () => unknown = () => {}): Promise<Seen> {
  const program = spawn(process.execPath, [resolve(import.meta.dirname, 'room-load.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: crowd.silentMs + crowd.warmMs + crowd.measuredMs + 90_000,
  })
  program.stdin.end(JSON.stringify(crowd))
  for await (const line of createInterface(program.stdout)) {
    const said = JSON.parse(line) as Said
    if (said.t === 'seen') return said.seen
    there()
  }
  throw new Error(`No measurement of ${crowd.peer}.`)
}

function latencies({ ack, half, last, posted, acked, closed }: Seen): Figures {
  return {
    ...{ posted, acked, closed, 'ack p50 ms': ack.p50, 'ack p99 ms': ack.p99 },
    ...{ 'half have it p50 ms': half.p50, 'last has it p50 ms': last.p50, 'last has it p99 ms': last.p99 },
  }
}

function flow(seen: Watched): Figures {
  const { ackedPerSecond, refused, framesPerSecond, deliveriesPerSecond, cpuMs, sent } = seen
  return {
    ...latencies(seen),
    ...{ refused, 'acked/s': ackedPerSecond, 'frames/s': framesPerSecond, 'deliveries/s': deliveriesPerSecond },
    // Of a core, which other work on the machine does not move.
    'computing a message ms': cpuMs / sent,
  }
}

function record({ name, disk }: Pick<Result, 'name' | 'disk'>, parley: Result['parley'], bare: Result['bare']): void {
  results.push({ name, disk, parley, bare })
  if (chosen.json) return
  const shown = (value: number | null = null) => value?.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0) ?? ''
  const rows = Object.entries(parley).map(([what, value]) => {
    const peer = bare?.[what]
    const ratio = peer && value ? `${(value / peer).toFixed(2)} ×` : ''
    return [what, shown(value), shown(peer), ratio]
  })
  printTable(`${name} (${disk})`, ['', 'Parley', 'bare object', 'ratio'], rows)
}

function socketOf({ pageUrl }: System, room: string): string {
  return `${pageUrl.replace('http', 'ws')}/api/v1/rooms/${room}/socket`
}

async function lastSeq(sql: postgres.Sql, room: string): Promise<number> {
  const [row] = await sql<{ seq: string }[]>`select last_seq as seq from public.rooms where id = ${room}`
  return Number(row!.seq)
}

/** The same worker with another pace: everything else is as it is shipped. */
function withoutPace(script: string): string {
  let lifted = script
  for (const limit of ['paceBurst', 'pacePerSecond', 'frameBurst', 'framesPerSecond']) {
    const before = lifted
    lifted = lifted.replace(new RegExp(`\\b${limit}: [\\d_e]+`), `${limit}: 100000`)
    if (lifted === before) throw new Error(`The worker has no limit ${limit}.`)
  }
  return lifted
}

/** The workerd of the peer; the other one serves Parley, and is another process after each reload. */
let peerPid = ''

function workerds(): string[] {
  const ours = (pid: string) => / \(workerd\) . (\d+) /.exec(` ${proc(pid, 'stat')}`)?.[1] === `${process.pid}`
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && ours(name))
}

/** What a server holds in memory and has computed so far. */
function used(peer: Crowd['peer']): { kb: number; cpuMs: number } {
  const pid = peer === 'bare' ? peerPid : (workerds().find((other) => other !== peerPid) ?? '')
  // A tick is 10 ms; the 14th and 15th fields are what the process has used.
  const [user = 0, system = 0] = proc(pid, 'stat').split(' ').slice(13, 15).map(Number)
  return { kb: Number(/^VmRSS:\s+(\d+)/m.exec(proc(pid, 'status'))?.[1] ?? 0), cpuMs: 10 * (user + system) }
}

function proc(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    // It ended while we looked.
    return ''
  }
}

await main()
