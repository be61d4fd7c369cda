import { setTimeout as sleep } from 'node:timers/promises'
import postgres from 'postgres'
import type { Random } from '../seed/random.ts'
import { openCrowd } from './crowd.ts'
import { openDeafReader } from './deaf-reader.ts'
import type { Device } from './device.ts'
import type { Weather } from './gate.ts'
import type { FaultKind, History } from './history.ts'
import type { Account } from './people.ts'
import { type System, until } from './system.ts'
import type { Talk } from './talk.ts'

/** What faults are done to. */
export interface Stage {
  system: System
  history: History
  random: Random
  talk: Talk
  devices: readonly Device[]
  /** A room for crowds, its members, and how many sockets they open each time: when none is left, a hundred. */
  hall: { room: string; accounts: readonly Account[]; sockets: number[] }
  /** How long a fault lasts, and how long Postgres is away. */
  outageMs: number
  stopMs: number
}

/** Does one thing to the system and makes it good again. Answers the effect that was seen, or null. */
export type Make = (stage: Stage) => Promise<string | null>

// Longer than the longest pause of a room whose people write.
const patienceMs = 12_000

const smallCrowd = 100

// Enough to be quicker than the Data API, which wants ten.
const takersAtOnce = 8

export const databaseFaults = {
  'Postgres stopped': async ({ system, stopMs }) => {
    const { away } = system.gate.passed
    await system.database.stop('fast')
    await sleep(stopMs)
    await until(() => system.gate.passed.away > away, patienceMs).catch(() => {})
    const failed = system.gate.passed.away - away
    await system.database.start()
    return failed > 0 ? `${failed} requests failed in ${seconds(stopMs)}` : null
  },
  'Postgres stopped mid-transaction': (stage) =>
    midTransaction(stage, async (pid) => {
      await stage.system.database.stop('immediate')
      await stage.system.database.start()
      return `crashed with ingest_batch of backend ${pid} open`
    }),
  'backend ended mid-transaction': (stage) =>
    midTransaction(stage, async (pid, sql) => {
      const [row] = await sql`select pg_terminate_backend(${pid}) as ended`
      return row!['ended'] ? `backend ${pid} ended within ingest_batch` : null
    }),
  'no connections left': async ({ system, outageMs }) => {
    const { away } = system.gate.passed
    const own = connection(system)
    await own`select 1`
    const taken: postgres.Sql[] = []
    const end = new AbortController()
    const takers = Array.from({ length: takersAtOnce }, async () => {
      while (!end.signal.aborted) {
        const next = connection(system)
        const got = await next`select 1`.then(
          () => true,
          () => false,
        )
        if (got) taken.push(next)
        else await next.end({ timeout: 0 })
      }
    })
    // What the Data API holds is taken away, until it finds nothing when it comes back for more.
    const deadline = Date.now() + outageMs
    while (Date.now() < deadline || (system.gate.passed.away === away && Date.now() < deadline + patienceMs)) {
      await own`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'parley_lite'`
      await sleep(200)
    }
    end.abort()
    await Promise.all(takers)
    await Promise.all([own, ...taken].map((sql) => sql.end({ timeout: 1 })))
    const failed = system.gate.passed.away - away
    return failed > 0 ? `${taken.length} connections taken, ${failed} requests failed` : null
  },
  'answers slow by 2 s': (stage) => weather(stage, 'slow', 'slow', 'answers were late'),
  'answers 500': (stage) => weather(stage, 'failing', 'failed', 'requests were answered 500'),
  'answers hang': (stage) => weather(stage, 'hanging', 'held', 'requests were never answered'),
  'answers lost': (stage) => weather(stage, 'losing', 'lost', 'took effect and were not answered'),
} satisfies Partial<Record<FaultKind, Make>>

const processFaults = {
  'workerd killed': async ({ system, history, random, talk, devices }) => {
    // Nothing can be cut short of those who are still on their way back.
    const live = () => devices.filter(({ view }) => view.connection.state === 'live').length
    await until(() => live() > devices.length / 2, patienceMs).catch(() => {})
    const before = history.entries.length
    for (const device of devices) if (random.next() < 0.7) talk.burst(device, 1 + random.below(6))
    await sleep(random.below(40))
    // At times the whole machine goes, with what it had sent a moment ago.
    const withNetwork = random.next() < 0.5
    const { at, back } = await system.killWorker(() => withNetwork && system.network.cut())
    history.add({ t: 'killed', at, back })
    const closed = history.entries.slice(before).filter(({ t }) => t === 'closed').length
    return closed > 0 ? `${closed} connections broke; back after ${seconds(back - at)}` : null
  },
  'sockets cut': async ({ system, history, hall }) => {
    const sockets = hall.sockets.shift() ?? smallCrowd
    const crowd = await openCrowd(system.network.url, hall.room, hall.accounts, sockets, history)
    try {
      const before = crowd.live()
      system.network.cut()
      await until(() => crowd.live() === 0)
      const cutAt = Date.now()
      await crowd.allLive()
      return `${before} sockets cut at once, all back after ${seconds(Date.now() - cutAt)}`
    } finally {
      crowd.close()
    }
  },
  'reader that never reads': async ({ system, random, talk, devices, outageMs, history }) => {
    const device = random.pick(devices)
    const before = history.entries.length
    const reader = await openDeafReader(system.workerUrl, device.room, device.account).catch(() => null)
    if (!reader) return null
    talk.burst(device, 20)
    await sleep(outageMs)
    const { bytes, closed } = await reader.readAtLast()
    const acks = history.entries.slice(before).filter(({ t }) => t === 'ack').length
    return bytes > 0 && acks > 0 ? `${bytes} bytes unread${closed ? ' and closed' : ''}, ${acks} acks to others` : null
  },
  'tab killed': async ({ random, talk, devices }) => {
    const some = devices.filter(() => random.next() < 0.4)
    for (const device of some) talk.burst(device, 3)
    await sleep(random.below(20))
    const waiting = some.reduce((sum, { opened }) => sum + opened.waiting(), 0)
    for (const device of some) device.restart()
    return some.length > 0 ? `${some.length} tabs with ${waiting} commands on their way` : null
  },
} satisfies Partial<Record<FaultKind, Make>>

export const faults: Record<FaultKind, Make> = { ...databaseFaults, ...processFaults }

/** What may happen at the same time: one thing to the database, one to a process or the network. Each in turn. */
export const lanes: readonly (readonly FaultKind[])[] = [
  Object.keys(databaseFaults) as FaultKind[],
  [
    ...['workerd killed', 'sockets cut', 'workerd killed', 'reader that never reads', 'workerd killed'],
    ...['tab killed', 'workerd killed'],
  ] as FaultKind[],
]

async function weather(
  { system: { gate }, outageMs }: Stage,
  kind: Weather,
  counter: keyof typeof gate.passed,
  what: string,
): Promise<string | null> {
  const before = gate.passed[counter]
  gate.weather = kind
  await sleep(outageMs)
  await until(() => gate.passed[counter] > before, patienceMs).catch(() => {})
  gate.weather = 'well'
  gate.release()
  const met = gate.passed[counter] - before
  return met > 0 ? `${met} ${what}` : null
}

/** Holds a room's row, waits until a batch of it waits within its transaction, and does something to that. */
async function midTransaction(
  { system, random, devices, talk }: Stage,
  strike: (pid: number, sql: postgres.Sql) => Promise<string | null>,
): Promise<string | null> {
  const device = random.pick(devices)
  const [holder, looker] = [connection(system), connection(system)]
  try {
    await holder`begin`
    await holder`select id from rooms where id = ${device.room} for update`
    talk.burst(device, 3)
    const deadline = Date.now() + patienceMs
    while (Date.now() < deadline) {
      const [waiting] = await looker`
        select pid from pg_stat_activity
        where usename = 'parley_lite' and wait_event_type = 'Lock' and query ilike '%ingest_batch%'
          and xact_start is not null`
      if (waiting) return await strike(waiting['pid'] as number, looker)
      await sleep(20)
    }
    return null
  } finally {
    await Promise.all([holder, looker].map((sql) => sql.end({ timeout: 0 }).catch(() => {})))
  }
}

function connection({ database }: System): postgres.Sql {
  return postgres(database.url, {
    max: 1,
    onnotice: () => {},
    connect_timeout: 10,
    backoff: () => 0.1,
    fetch_types: false,
  })
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`
}
