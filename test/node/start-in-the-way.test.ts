import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { Advice } from '../../scripts/lib/advice.ts'
import { freePort } from '../../scripts/lib/ports.ts'
import { explain } from '../../scripts/lib/report.ts'
import { settingsFrom } from '../../scripts/lib/settings.ts'
import { run } from './start-support/program.ts'
import { scratchFolder } from './start-support/scratch-folder.ts'

const start = resolve('scripts/start.ts')

async function elsewhere(dataDir: string): Promise<Record<string, string>> {
  const [page, supabase, postgres] = await Promise.all([freePort(), freePort(), freePort()])
  const ports = { PARLEY_PORT: `${page}`, PARLEY_SUPABASE_PORT: `${supabase}`, PARLEY_POSTGRES_PORT: `${postgres}` }
  return { ...ports, PARLEY_LIVEKIT: 'off', PARLEY_DATA_DIR: dataDir }
}

test('a taken port is named, with the variable that changes it', async () => {
  const env = await elsewhere(scratchFolder())
  const other = createServer()
  onTestFinished(() => void other.close())
  await new Promise<void>((listening) => other.listen(Number(env['PARLEY_SUPABASE_PORT']), '127.0.0.1', listening))

  const { code, said } = await run([start], env).ended

  expect(code).toBe(1)
  expect(said).toContain(`Port ${env['PARLEY_SUPABASE_PORT']} is taken.`)
  expect(said).toContain('PARLEY_SUPABASE_PORT=')
  expect(said).not.toMatch(/\n\s+at /)
})

test('a second start says where the first one runs and how to stop it', async () => {
  const folder = scratchFolder()
  const env = await elsewhere(join(folder, 'data'))
  // A system that has nothing to do but to be there.
  mkdirSync(join(folder, 'scripts'))
  const idle = join(folder, 'scripts/start.ts')
  writeFileSync(
    idle,
    `import { launch } from ${JSON.stringify(resolve('scripts/lib/launch.ts'))}
     setInterval(() => {}, 60_000).unref()
     const open = setInterval(() => {}, 60_000)
     await launch(async () => { console.log('here'); return { look() {}, async stop() { clearInterval(open) } } })`,
  )
  const first = run([idle], env)
  await first.says('here')

  const second = await run([start], env).ended

  expect(second.code).toBe(1)
  expect(second.said.trim()).toBe(
    `Parley runs already: http://127.0.0.1:${env['PARLEY_PORT']} (process ${first.child.pid}).\n` +
      `Stop it first (Ctrl-C there, or: kill ${first.child.pid}).`,
  )
  first.child.kill('SIGTERM')
  expect((await first.ended).code).toBe(0)
})

test('a folder that a killed system left behind is taken over', async () => {
  const dataDir = scratchFolder()
  writeFileSync(join(dataDir, 'run.json'), JSON.stringify({ pid: process.pid, pageUrl: 'http://127.0.0.1:1' }))
  mkdirSync(join(dataDir, 'postgres'))
  writeFileSync(join(dataDir, 'postgres/PG_VERSION'), '17\n')

  const { said } = await run([start], await elsewhere(dataDir)).ended

  expect(said).not.toContain('runs already')
})

test('a state that was half written when its process was killed is none', async () => {
  const dataDir = scratchFolder()
  writeFileSync(join(dataDir, 'run.json'), '{"pid":')
  mkdirSync(join(dataDir, 'postgres'))
  writeFileSync(join(dataDir, 'postgres/PG_VERSION'), '17\n')

  const { said } = await run([start], await elsewhere(dataDir)).ended

  expect(said).toContain('The database folder is half-written')
})

test('a half-written database folder is told from a database', async () => {
  const dataDir = scratchFolder()
  mkdirSync(join(dataDir, 'postgres'))
  writeFileSync(join(dataDir, 'postgres/PG_VERSION'), '17\n')

  const { code, said } = await run([start], await elsewhere(dataDir)).ended

  expect(code).toBe(1)
  expect(said).toContain('The database folder is half-written')
  expect(said).toContain(`rm -rf ${join(dataDir, 'postgres')}`)
  expect(said).not.toMatch(/\n\s+at /)
})

// Nobody may make a folder in /sys, root included.
test.runIf(process.platform === 'linux')('a folder that may not be written is named', async () => {
  const { code, said } = await run([start], await elsewhere('/sys/parley')).ended

  expect({ code, said: said.trim() }).toEqual({
    code: 1,
    said: 'No permission to write /sys/parley.\nGive it to this user, or choose another folder with PARLEY_DATA_DIR.',
  })
})

test('a full and a read-only disk are told as such, and a defect keeps its stack', () => {
  const full = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', path: '/data/keys.json' })
  const readOnly = Object.assign(new Error('EROFS'), { code: 'EROFS' })

  expect(explain(full, '/data')).toBe('The disk of /data/keys.json is full. Make room, then start again.')
  expect(explain(readOnly, '/data')).toBe('/data is on a read-only disk. Choose another folder with PARLEY_DATA_DIR.')
  expect(explain(new Error('a bug'), '/data')).toMatch(/a bug\n\s+at /)
})

test('a port that is none is refused by name', () => {
  expect(() => settingsFrom({ PARLEY_PORT: 'https' })).toThrow(
    new Advice('PARLEY_PORT is "https": it has to be a port, 1 to 65535.'),
  )
})
