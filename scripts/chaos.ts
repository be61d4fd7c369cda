import { mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { check } from './chaos/checker.ts'
import { type Entry, openHistory, readHistory } from './chaos/history.ts'
import { run } from './chaos/run.ts'
import { told } from './chaos/verdict.ts'
import { Advice } from './lib/advice.ts'
import { explain } from './lib/report.ts'
import { repository } from './lib/settings.ts'
import { onStop } from './lib/signals.ts'

// A session lives for an hour, and nobody here signs in again.
const mostMinutes = 50

/**
 * npm run chaos -- [--seed N] [--minutes M] [--json]: real faults on real workerd and real Postgres, and a verdict of
 * what clients saw and what Postgres holds. `--check FILE` judges a history that was written before.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      minutes: { type: 'string', default: '3' },
      json: { type: 'boolean', default: false },
      check: { type: 'string' },
    },
  })
  const [seed, minutes] = [Number(values.seed), Number(values.minutes)]
  if (!Number.isInteger(seed)) throw new Advice(`--seed is "${values.seed}": it has to be a whole number.`)
  if (!(minutes > 0 && minutes <= mostMinutes))
    throw new Advice(`--minutes is "${values.minutes}": it has to be more than 0, and ${mostMinutes} at most.`)
  const entries =
    values.check === undefined
      ? await live(seed, minutes, values.json)
      : readHistory(readFileSync(values.check, 'utf8'))
  const verdict = check(entries)
  console.log(values.json ? JSON.stringify(verdict) : told(verdict))
  if (verdict.breaches.length > 0) process.exitCode = 1
}

async function live(seed: number, minutes: number, silent: boolean): Promise<Entry[]> {
  const file = join(repository, 'dist/chaos', `seed-${seed}.jsonl`)
  // Where no other process can be asked for its parent, workerd cannot be told from others.
  if (process.platform !== 'linux') throw new Advice('npm run chaos needs Linux: it finds workerd in /proc.')
  mkdirSync(dirname(file), { recursive: true })
  const history = openHistory(file)
  const stopping = new AbortController()
  onStop(() => {
    if (stopping.signal.aborted) process.exit(130)
    stopping.abort()
  })
  const started = Date.now()
  const say = (line: string) => silent || console.error(`  ${clock(Date.now() - started)}  ${line}`)
  try {
    await run({ seed, minutes, history, say, signal: stopping.signal })
  } finally {
    history.close()
    say(`The history is in dist/chaos/seed-${seed}.jsonl`)
    process.channel?.unref()
  }
  if (stopping.signal.aborted) {
    console.error('Stopped before there was anything to judge.')
    process.exit(130)
  }
  return history.entries
}

function clock(ms: number): string {
  const all = Math.floor(ms / 1_000)
  return `${`${Math.floor(all / 60)}`.padStart(2, '0')}:${`${all % 60}`.padStart(2, '0')}`
}

try {
  await main()
} catch (error) {
  console.error(explain(error, repository))
  process.exitCode = 1
}
