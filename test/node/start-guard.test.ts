import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test, vi } from 'vitest'
import { processAt } from '../../scripts/lib/processes.ts'
import { freePort } from '../../scripts/lib/ports.ts'
import { postgresStatus } from '../../scripts/lib/postgres.ts'
import { run } from './start-support/program.ts'
import { scratchFolder } from './start-support/scratch-folder.ts'

/** The process of a system with nothing in it, its Postgres, and its workerd that says "here". */
async function system() {
  const folder = scratchFolder()
  const postgresDir = join(folder, 'postgres')
  mkdirSync(join(folder, 'scripts'))
  const script = join(folder, 'scripts/start.ts')
  const lib = (name: string) => JSON.stringify(resolve('scripts/lib', `${name}.ts`))
  writeFileSync(
    script,
    `import { guard } from ${lib('guard')}
     import { startPostgres } from ${lib('postgres')}
     import { startWorker } from ${lib('worker')}
     guard(${JSON.stringify(postgresDir)})
     await startPostgres({
       dataDir: ${JSON.stringify(postgresDir)}, port: ${await freePort()}, password: 'ada', durable: false,
     })
     const worker = await startWorker(
       'export class Room {}; export default { fetch: () => new Response("here") }',
       { port: 0, objectsDir: ${JSON.stringify(join(folder, 'objects'))}, secrets: {}, page: false, onLog() {} },
     )
     console.log('up at', worker.url + ';')`,
  )
  const { child, says, said, ended } = run([script])
  await says(';')
  const url = /up at (.*);/.exec(said())![1]!
  return { child, ended, postgres: () => postgresStatus(postgresDir).state, ask: async () => (await fetch(url)).text() }
}

test('when the process of a system is killed, its Postgres and its workerd end too', async () => {
  const { child, ended, postgres, ask } = await system()
  const before = { postgres: postgres(), worker: await ask() }

  child.kill('SIGKILL')
  await ended

  expect(before).toEqual({ postgres: 'running', worker: 'here' })
  await vi.waitFor(() => expect(postgres()).toBe('stopped'), 10_000)
  await vi.waitFor(() => expect(ask()).rejects.toThrow(), 10_000)
}, 30_000)

test.runIf(process.platform === 'linux')(
  'so does a workerd that took the place of one that crashed',
  async () => {
    const { child, ended, ask } = await system()
    const [first] = workerdsOf(child.pid!)
    process.kill(first!, 'SIGKILL')
    await vi.waitFor(async () => expect(await ask()).toBe('here'), 10_000)
    const [second] = workerdsOf(child.pid!)

    child.kill('SIGKILL')
    await ended

    expect(second).not.toBe(first)
    await vi.waitFor(() => expect(processAt(second!)).toBe(null), 10_000)
  },
  30_000,
)

test.runIf(process.platform === 'linux')('so does the Go that builds its LiveKit', async () => {
  const folder = scratchFolder()
  mkdirSync(join(folder, 'bin'))
  writeFileSync(join(folder, 'bin/go'), '#!/bin/sh\necho $$ > "$PARLEY_TEST_PID"\nwhile :; do sleep 0.1; done\n', {
    mode: 0o755,
  })
  const lib = (name: string) => JSON.stringify(resolve('scripts/lib', `${name}.ts`))
  const script = join(folder, 'start.ts')
  writeFileSync(
    script,
    `import { guard } from ${lib('guard')}
     import { builtLiveKit } from ${lib('livekit-build')}
     guard(${JSON.stringify(join(folder, 'postgres'))})
     await builtLiveKit('own', console.log, { cache: ${JSON.stringify(join(folder, 'cache'))} })`,
  )
  const noted = join(folder, 'pid')
  const { child, ended } = run([script], {
    PATH: `${join(folder, 'bin')}:${process.env['PATH']}`,
    PARLEY_TEST_PID: noted,
  })
  const go = await vi.waitFor(() => Number(readFileSync(noted, 'utf8').trim() || Number.NaN), 10_000)
  const before = processAt(go)?.name

  child.kill('SIGKILL')
  await ended

  expect(before).toBe('go')
  await vi.waitFor(() => expect(processAt(go)).toBe(null), 10_000)
})

function workerdsOf(parent: number): number[] {
  const pids = readdirSync('/proc').map(Number)
  return pids.filter((pid) => processAt(pid)?.parent === parent && processAt(pid)?.name === 'workerd')
}
