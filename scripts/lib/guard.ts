import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { processAt } from './processes.ts'

/** Ends a system's programs when the process that runs them is killed before it could. */
export type Guard = {
  /** Everything was stopped in order: nothing is left to guard. */
  release(): void
}

/** Start a guard over the Postgres of a data folder, and every workerd and the LiveKit that this process starts. */
export function guard(postgresDir: string): Guard {
  const script = join(import.meta.dirname, '../guard.ts')
  // Said to it, since this process may be gone before the guard can look.
  const system = [`${process.pid}`, `${processAt(process.pid)?.group ?? ''}`]
  // Detached: neither Ctrl-C nor the end of this process takes it along. It learns of that end from its stdin.
  const child = spawn(process.execPath, [script, postgresDir, ...system], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  child.stdin.on('error', () => {})
  child.unref()
  return { release: () => child.stdin.end('released') }
}
