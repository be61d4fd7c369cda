import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { freePort } from '../../../scripts/lib/ports.ts'

const root = resolve(import.meta.dirname, '../../..')

/** A Parley that `npm start` runs. */
export interface RunningParley {
  pageUrl: string
  /** What its other commands need in their environment to find it. */
  env: Record<string, string>
  /** What it printed until it was ready. */
  said: string
  /** Presses Ctrl-C, and waits until it has ended. */
  stop(): Promise<void>
  /** Kills every process of it at once, without a warning. */
  kill(): Promise<void>
}

/** Runs `npm start` as a newcomer would, on free ports, with this data folder; `more` is added to its environment. */
export async function runParley(
  dataDir: string,
  args: readonly string[] = [],
  more: Record<string, string> = {},
): Promise<RunningParley> {
  const [page, supabase, postgres] = [await freePort(), await freePort(), await freePort()]
  const env = {
    PARLEY_DATA_DIR: dataDir,
    PARLEY_PORT: `${page}`,
    PARLEY_SUPABASE_PORT: `${supabase}`,
    PARLEY_POSTGRES_PORT: `${postgres}`,
    // Many people sign up here within a minute, all from one address.
    PARLEY_RATE_LIMITS: 'off',
    // Nobody calls here yet, and its build would take the machine.
    PARLEY_LIVEKIT: 'off',
    ...more,
  }
  const start = spawn('npm', ['start', '--', ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that Ctrl-C can be pressed: a terminal sends it to the whole group.
    detached: true,
  })
  let said = ''
  let asked = false
  for (const stream of [start.stdout, start.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()))
  await new Promise<void>((ready, failed) => {
    start.stdout.on('data', () => {
      if (said.includes('Ctrl-C stops it.')) ready()
    })
    start.once('exit', (code) => failed(new Error(`npm start ended with ${code}:\n${said}`)))
  })
  start.once('exit', (code) => {
    if (!asked) console.error(`npm start ended by itself with ${code}:\n${said}`)
  })
  const end = async (signal: 'SIGINT' | 'SIGKILL') => {
    asked = true
    if (start.exitCode !== null || start.signalCode !== null) return
    const ended = once(start, 'exit')
    process.kill(-start.pid!, signal)
    await ended
  }
  return {
    ...{ pageUrl: `http://127.0.0.1:${page}`, env, said },
    stop: () => end('SIGINT'),
    async kill() {
      // The system is a process of its own behind npm; npm alone killed, it would stop in order.
      const { pid } = JSON.parse(readFileSync(join(dataDir, 'run.json'), 'utf8')) as { pid: number }
      process.kill(pid, 'SIGKILL')
      await end('SIGKILL')
    },
  }
}
