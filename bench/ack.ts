import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import type { System } from '../scripts/lib/system.ts'
import type { Load, Measured } from './support/load.ts'
import { roomOf, signUp } from './support/people.ts'
import { printTable } from './support/table.ts'
import { withSystem } from './support/with-system.ts'

type Seats = Load['seats']
type Row = { name: string; measured: Measured }

// A person may post 10 times a second in a room.
const everyMs = 100

const targets = { p50: 2, p99: 15 }

/** npm run bench -- ack: from sending to the acknowledgement, beside Socket.IO with and without Postgres. */
async function ack(system: System): Promise<void> {
  const { pageUrl } = system
  const people: string[] = []
  for (let i = 1; i <= 50; i++) people.push(await signUp(pageUrl, `Person ${i}`))
  for (const size of [2, 16, 50]) await compare([await seatsOf(pageUrl, people.slice(0, size))], system)
  const rooms: Seats[] = []
  for (let i = 0; i < 50; i++) rooms.push(await seatsOf(pageUrl, people.slice(0, 2)))
  await compare(rooms, system)
}

async function seatsOf(pageUrl: string, people: readonly string[]): Promise<Seats> {
  const room = await roomOf(pageUrl, ...(people as [string, ...string[]]))
  return people.map((token) => ({ room, token }))
}

async function compare(rooms: readonly Seats[], system: System): Promise<void> {
  const seats = rooms.flat()
  const offered = (seats.length * 1_000) / everyMs
  const where = rooms.length === 1 ? 'One room' : `${rooms.length} rooms`
  const title = `${where} of ${rooms[0]?.length} people: ${offered} messages/s offered`
  const timing = { seats, everyMs, warmMs: 2_000, measuredMs: 6_000 }
  const parley = await measure({ ...timing, peer: 'parley', url: system.pageUrl })
  const kept = await besideSocketIo(timing, { DATABASE_URL: system.postgresUrl })
  const bare = await besideSocketIo(timing, { DATABASE_URL: '' })
  const rows: Row[] = [
    { name: 'Parley', measured: parley },
    { name: 'Socket.IO, an insert into Postgres per message', measured: kept },
    { name: 'Socket.IO, nothing is kept', measured: bare },
  ]
  printTable(
    title,
    ['', 'acked', 'acked/s', 'p50', 'p99', 'p50 to Parley', 'p99 to Parley'],
    [
      ...rows.map(({ name, measured: { acked, perSecond, p50, p99 } }) => [
        ...[name, `${acked}`, perSecond.toFixed(0), ms(p50), ms(p99)],
        ...[`${(p50 / parley.p50).toFixed(1)} ×`, `${(p99 / parley.p99).toFixed(1)} ×`],
      ]),
      ['Target', '', '', `< ${ms(targets.p50)}`, `< ${ms(targets.p99)}`, '', ''],
    ],
  )
  const held = parley.p50 < targets.p50 && parley.p99 < targets.p99
  console.log(`  Parley ${held ? 'holds' : 'does not hold'} the target.`)
}

async function besideSocketIo(timing: Omit<Load, 'peer' | 'url'>, env: Record<string, string>): Promise<Measured> {
  const server = spawn(process.execPath, [resolve(import.meta.dirname, 'socket-io.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  })
  const [url] = (await once(createInterface(server.stdout), 'line')) as [string]
  try {
    return await measure({ ...timing, peer: 'socket.io', url })
  } finally {
    server.stdin.end()
    await once(server, 'exit')
  }
}

async function measure(load: Load): Promise<Measured> {
  const program = spawn(process.execPath, [resolve(import.meta.dirname, 'load.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: load.warmMs + load.measuredMs + 30_000,
  })
  program.stdin.end(JSON.stringify(load))
  const said = await text(program.stdout)
  if (said === '') throw new Error(`No measurement of ${load.peer}.`)
  return JSON.parse(said) as Measured
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`
}

await withSystem(ack)
