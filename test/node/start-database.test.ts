import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { hold, release, runDatabase } from '../../scripts/lib/database.ts'
import { freePort } from '../../scripts/lib/ports.ts'
import { postgresStatus, stopPostgres } from '../../scripts/lib/postgres.ts'
import { scratchFolder } from './start-support/scratch-folder.ts'

/** A supervised database whose clock is turned by hand, and its notes as they come. */
async function supervised() {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const dataDir = join(scratchFolder(), 'postgres')
  const notes: string[] = []
  const waiting: (() => void)[] = []
  const database = await runDatabase({ dataDir, port: await freePort(), password: 'ada', durable: false }, (line) => {
    notes.push(line)
    waiting.shift()?.()
  })
  onTestFinished(() => database.close())
  const nextNote = () => new Promise<void>((heard) => waiting.push(heard))
  return { dataDir, database, notes, nextNote, state: () => postgresStatus(dataDir).state }
}

test('a Postgres that dies by itself is reported and started again after 10 s', async () => {
  const { dataDir, notes, nextNote, state } = await supervised()
  const status = postgresStatus(dataDir)
  if (status.state === 'stopped') throw new Error('It does not run.')

  let heard = nextNote()
  process.kill(status.pid, 'SIGKILL')
  await heard
  vi.advanceTimersByTime(9_999)
  const early = state()
  heard = nextNote()
  vi.advanceTimersByTime(1)
  await heard

  expect([early, state()]).toEqual(['stopped', 'running'])
  expect(notes).toEqual([
    'Postgres stopped by itself (killed by SIGKILL). It is started again in 10 s.',
    'Postgres is up again.',
  ])
}, 30_000)

test('one that was stopped by hand stays down until it is brought back', async () => {
  const { dataDir, database, notes, nextNote, state } = await supervised()

  const heard = nextNote()
  hold(dataDir)
  await stopPostgres(dataDir)
  await heard
  vi.advanceTimersByTime(3_600_000)
  await database.resume()
  const held = state()
  release(dataDir)
  await database.resume()

  expect([held, state()]).toEqual(['stopped', 'running'])
  expect(notes).toEqual([
    'Postgres was stopped by hand:  npm run postgres -- start  brings it back.',
    'Postgres is up again.',
  ])
}, 30_000)

test('closing ends it for good', async () => {
  const { database, notes, state } = await supervised()

  await database.close()
  await database.resume()

  expect({ state: state(), notes }).toEqual({ state: 'stopped', notes: [] })
}, 30_000)
