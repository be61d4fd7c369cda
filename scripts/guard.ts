import { createInterface } from 'node:readline'
import { stopPostgres } from './lib/postgres.ts'

/**
 * Waits beside a system for its end: node guard.ts POSTGRES_DIR. Each line on stdin is the pid of a program to end, or
 * `released`. When stdin closes without that, the system was killed: what it left is ended here.
 */
const pids = new Set<number>()
let released = false

createInterface({ input: process.stdin })
  .on('line', (line) => {
    if (line === 'released') released = true
    else pids.add(Number(line))
  })
  .on('close', () => {
    if (released) return
    for (const pid of pids) end(pid)
    void stopPostgres(process.argv[2]!)
  })

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended before.
  }
}
