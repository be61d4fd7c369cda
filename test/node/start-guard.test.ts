import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test, vi } from 'vitest'
import { freePort } from '../../scripts/lib/ports.ts'
import { postgresStatus } from '../../scripts/lib/postgres.ts'
import { run } from './start-support/program.ts'
import { scratchFolder } from './start-support/scratch-folder.ts'

test('when the process of a system is killed, its Postgres and its workerd end too', async () => {
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
     const guardian = guard(${JSON.stringify(postgresDir)})
     await startPostgres({
       dataDir: ${JSON.stringify(postgresDir)}, port: ${await freePort()}, password: 'ada', durable: false,
     })
     const worker = await startWorker(
       'export class Room {}; export default { fetch: () => new Response("here") }',
       { port: 0, objectsDir: ${JSON.stringify(join(folder, 'objects'))}, secrets: {}, page: false, onLog() {} },
     )
     guardian.look()
     console.log('up at', worker.url + ';')`,
  )
  const { child, says, said, ended } = run([script])
  await says(';')
  const url = /up at (.*);/.exec(said())![1]!
  const before = { postgres: postgresStatus(postgresDir).state, worker: await (await fetch(url)).text() }

  child.kill('SIGKILL')
  await ended

  expect(before).toEqual({ postgres: 'running', worker: 'here' })
  await vi.waitFor(() => expect(postgresStatus(postgresDir).state).toBe('stopped'), 10_000)
  await vi.waitFor(() => expect(fetch(url)).rejects.toThrow(), 10_000)
}, 30_000)
