import { Advice } from './advice.ts'

/** What a system tells the person who started it. */
export type Report = {
  /** Do one part of the work, and say what it was and how long it took. */
  step<T>(what: string, work: () => Promise<T>): Promise<T>
  /** Something happened that the person should know. */
  note(line: string): void
}

/** A report on the terminal: one line for each step when it is done, notes with their time. */
export function terminalReport(print: (line: string) => void = console.log): Report {
  return {
    async step(what, work) {
      const started = performance.now()
      const result = await work()
      print(`  ✓ ${what.padEnd(46)} ${((performance.now() - started) / 1000).toFixed(1)} s`)
      return result
    },
    note: (line) => print(`  ${new Date().toTimeString().slice(0, 8)}  ${line}`),
  }
}

/** A report that nobody reads. */
export const silentReport: Report = { step: (_what, work) => work(), note: () => {} }

/**
 * What to tell the person about an error: the message alone where they can put it right, the whole error otherwise.
 * `dataDir` is named where a file could not be written.
 */
export function explain(error: unknown, dataDir: string): string {
  if (error instanceof Advice) return error.message
  if (!(error instanceof Error)) return String(error)
  const { code, path = dataDir } = error as NodeJS.ErrnoException
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return `No permission to write ${path}.\nGive it to this user, or choose another folder with PARLEY_DATA_DIR.`
    case 'EROFS':
      return `${path} is on a read-only disk. Choose another folder with PARLEY_DATA_DIR.`
    case 'ENOSPC':
      return `The disk of ${path} is full. Make room, then start again.`
    default:
      return error.stack ?? error.message
  }
}
