import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Ends a system's programs when the process that runs them is killed before it could. */
export type Guard = {
  /** The workers' runtime was started, or started again. */
  look(): void
  /** Everything was stopped in order: nothing is left to guard. */
  release(): void
}

/** Start a guard over the Postgres of a data folder and every workerd that this process starts. */
export function guard(postgresDir: string): Guard {
  const script = join(import.meta.dirname, '../guard.ts')
  // Detached: neither Ctrl-C nor the end of this process takes it along. It learns of that end from its stdin.
  const child = spawn(process.execPath, [script, postgresDir], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
  child.stdin.on('error', () => {})
  child.unref()
  return {
    look() {
      for (const pid of workerdsOf(process.pid)) child.stdin.write(`${pid}\n`)
    },
    release: () => child.stdin.end('released\n'),
  }
}

function workerdsOf(pid: number): string[] {
  if (process.platform !== 'linux') return []
  return readdirSync(`/proc/${pid}/task`)
    .flatMap((task) => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' '))
    .filter((child) => child !== '' && readFileSync(`/proc/${child}/comm`, 'utf8').startsWith('workerd'))
}
