import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { orphans } from './lib/processes.ts'
import { stopPostgres } from './lib/postgres.ts'

// `go` builds LiveKit at the first start.
const children = ['workerd', 'livekit-server', 'go']

/**
 * Waits beside a system for its end: node guard.ts POSTGRES_DIR PID GROUP. When stdin closes without a word, the system was
 * killed: the Postgres, every workerd and the LiveKit that it left are ended here.
 */
async function main(postgresDir: string, system: number, group: number): Promise<void> {
  if ((await text(process.stdin)) === 'released') return
  // Files are closed a moment before children become orphans.
  while (process.ppid === system) await sleep(20)
  if (group > 0) for (const name of children) for (const pid of orphans(group, name)) end(pid)
  await stopPostgres(postgresDir)
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended before.
  }
}

const [, , postgresDir = '', pid, group] = process.argv
await main(postgresDir, Number(pid), Number(group))
