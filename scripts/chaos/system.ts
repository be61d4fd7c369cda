import { createWriteStream, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import postgres from 'postgres'
import { guard } from '../lib/guard.ts'
import { keysOf } from '../lib/keys.ts'
import { prepareLite, serveLite } from '../lib/lite.ts'
import { applyPrelude, migrate } from '../lib/migrate.ts'
import { freePort } from '../lib/ports.ts'
import { postgresStatus, startPostgres } from '../lib/postgres.ts'
import { processAt } from '../lib/processes.ts'
import { keepingSignals } from '../lib/signals.ts'
import { buildWorker, startWorker } from '../lib/worker.ts'
import type { Random } from '../seed/random.ts'
import { type Gate, openGate } from './gate.ts'
import { layNetwork, type Network } from './network.ts'

/** The database, as faults need it. */
export interface DatabaseUnderFaults {
  url: string
  /** Stops it: `fast` breaks connections off and writes everything down, `immediate` is a crash. */
  stop(how: 'fast' | 'immediate'): Promise<void>
  /** Starts it unless it runs. */
  start(): Promise<void>
}

/** A whole Parley whose parts can be broken one by one. */
export interface System {
  network: Network
  gate: Gate
  database: DatabaseUnderFaults
  /** Where workerd itself listens, behind the network. */
  workerUrl: string
  /** Kills workerd without a warning; resolves when another one answers. Both in epoch milliseconds. */
  killWorker(then: () => void): Promise<{ at: number; back: number }>
  /** Whatever is wrong with the database or the way to it is put right. */
  heal(): Promise<void>
  stop(): Promise<void>
}

// Few, so that one client can take them all.
const maxConnections = 40

/** Starts a system in a folder of its own, which goes with it. */
export async function startSystem(random: Random): Promise<System> {
  const dataDir = mkdtempSync(join(tmpdir(), 'parley-chaos-'))
  const stops: (() => unknown)[] = [() => rmSync(dataDir, { recursive: true, force: true })]
  const stop = async () => {
    for (const end of stops.splice(0).reverse()) await end()
  }
  try {
    const logs = join(dataDir, 'logs')
    mkdirSync(logs)
    const logTo = (name: string) => {
      const file = createWriteStream(join(logs, `${name}.log`))
      stops.push(() => file.end())
      return (line: string) => void file.write(`${new Date().toISOString()} ${line}\n`)
    }
    const keys = keysOf(dataDir)
    const postgresDir = join(dataDir, 'postgres')
    const guardian = guard(postgresDir)
    stops.push(guardian.release)
    const options = {
      ...{ dataDir: postgresDir, port: await freePort(), password: keys.postgresPassword },
      onLog: logTo('postgres'),
    }
    let server = await startPostgres(options)
    const database: DatabaseUnderFaults = {
      url: server.url,
      async stop(how) {
        const status = postgresStatus(postgresDir)
        if (status.state === 'running') process.kill(status.pid, how === 'fast' ? 'SIGINT' : 'SIGQUIT')
        await server.ended
      },
      async start() {
        if (postgresStatus(postgresDir).state !== 'running') server = await startPostgres(options)
      },
    }
    stops.push(() => server.stop())
    const sql = postgres(database.url, { max: 1, onnotice: () => {} })
    await applyPrelude(sql)
    await prepareLite(database.url, keys)
    await migrate(sql)
    await sql.unsafe(`alter system set max_connections = ${maxConnections}`)
    await sql.end()
    await database.stop('fast')
    await database.start()

    const lite = await serveLite(database.url, await freePort(), keys, logTo('supabase'))
    stops.push(lite.close)
    const gate = await openGate(await freePort(), lite.url)
    stops.push(gate.close)
    const script = await buildWorker()
    const worker = await keepingSignals(async () =>
      startWorker(script, {
        ...{ port: await freePort(), objectsDir: join(dataDir, 'objects'), page: null, onLog: logTo('worker') },
        secrets: {
          SUPABASE_URL: gate.url,
          SUPABASE_ANON_KEY: keys.anonKey,
          SUPABASE_SERVICE_KEY: keys.serviceKey,
          SUPABASE_JWT_SECRET: keys.jwtSecret,
          PARLEY_SECRET: keys.parleySecret,
          PARLEY_RATE_LIMITS: 'off',
        },
      }),
    )
    stops.push(worker.stop)
    const network = await layNetwork(await freePort(), Number(new URL(worker.url).port), random)
    stops.push(network.close)
    return {
      ...{ network, gate, database, workerUrl: worker.url, stop },
      async heal() {
        gate.weather = 'well'
        gate.release()
        await database.start()
      },
      async killWorker(then) {
        const pid = workerdOf(process.pid)
        if (pid === null) throw new Error('workerd does not run')
        process.kill(pid, 'SIGKILL')
        const at = Date.now()
        then()
        await until(() => processAt(pid) === null || workerdOf(process.pid) !== pid)
        while (!(await answers(worker.url))) await sleep(20)
        return { at, back: Date.now() }
      },
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Waits for something that nobody tells. */
export async function until(ready: () => boolean | Promise<boolean>, withinMs = 60_000): Promise<void> {
  const deadline = Date.now() + withinMs
  while (!(await ready())) {
    if (Date.now() > deadline) throw new Error(`it did not happen within ${withinMs / 1_000} s: ${ready.toString()}`)
    await sleep(20)
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    await fetch(`${url}/api/v1/me`, { signal: AbortSignal.timeout(1_000) })
    return true
  } catch {
    return false
  }
}

/** The workerd that a process runs. */
function workerdOf(parent: number): number | null {
  for (const name of readdirSync('/proc')) {
    const found = /^\d+$/.test(name) ? processAt(Number(name)) : null
    if (found?.parent === parent && found.name === 'workerd') return Number(name)
  }
  return null
}
