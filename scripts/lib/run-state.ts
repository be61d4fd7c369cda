import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Advice } from './advice.ts'

/** The process that runs a data folder's system, and where its page is. */
export type RunState = { pid: number; pageUrl: string }

/**
 * Take a data folder for this process, so that no second system starts on it; answers what gives it back. Throws Advice
 * when one runs already, and what the file system says when the folder cannot be written.
 */
export function claim(dataDir: string, pageUrl: string): () => void {
  mkdirSync(dataDir, { recursive: true, mode: 0o755 })
  accessSync(dataDir, constants.W_OK)
  const file = join(dataDir, 'run.json')
  const other = runningSystem(dataDir)
  if (other) {
    throw new Advice(
      `Parley runs already: ${other.pageUrl} (process ${other.pid}).\nStop it first (Ctrl-C there, or: kill ${other.pid}).`,
    )
  }
  rmSync(file, { force: true })
  const mine: RunState = { pid: process.pid, pageUrl }
  // Of two that start at the same moment one finds the file there.
  writeFileSync(file, JSON.stringify(mine), { flag: 'wx' })
  return () => rmSync(file, { force: true })
}

/** The system that runs on a data folder, if any. */
export function runningSystem(dataDir: string): RunState | null {
  const file = join(dataDir, 'run.json')
  if (!existsSync(file)) return null
  const state = readState(file)
  return state && alive(state.pid) ? state : null
}

// A process that was killed while it wrote leaves half a file, and runs no more.
function readState(file: string): RunState | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as RunState
  } catch {
    return null
  }
}

// After a restart of the machine the same number may be another program.
function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return process.platform !== 'linux' || /scripts\/(start|dev)\.ts/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'))
  } catch {
    return false
  }
}
