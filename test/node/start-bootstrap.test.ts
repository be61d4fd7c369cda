import { copyFileSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { run } from './start-support/program.ts'
import { scratchFolder } from './start-support/scratch-folder.ts'

/** A repository with nothing installed, whose npm only writes down that it was called. */
function repository(npm = 'mkdirSync("node_modules", { recursive: true })') {
  const folder = scratchFolder()
  mkdirSync(join(folder, 'scripts'))
  copyFileSync(resolve('scripts/bootstrap.mjs'), join(folder, 'scripts/bootstrap.mjs'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'package-lock.json'), '{ "packages": {} }')
  writeFileSync(
    join(folder, 'scripts/probe.ts'),
    'console.log("probe ran with", process.argv.slice(2).join(" ") as string)',
  )
  const npmCli = join(folder, 'npm-cli.js')
  writeFileSync(npmCli, `import { appendFileSync, mkdirSync } from 'node:fs'\nappendFileSync('installs', '.')\n${npm}`)
  const bootstrap = (args: string[], nodeOptions: string[] = []) =>
    run([...nodeOptions, join(folder, 'scripts/bootstrap.mjs'), ...args], {
      npm_execpath: npmCli,
      npm_lifecycle_event: '',
    })
  return { folder, bootstrap, installs: () => readFileSync(join(folder, 'installs'), 'utf8').length }
}

// What a process on an older Node sees of itself.
const older = [
  '--import',
  'data:text/javascript,Object.defineProperty(process,"versions",{value:{...process.versions,node:"20.11.0"}})',
]

test('it installs before the first run, and again only when the lockfile has changed', async () => {
  const { folder, bootstrap, installs } = repository()

  await bootstrap(['probe']).ended
  const first = installs()
  await bootstrap(['probe']).ended
  const second = installs()
  writeFileSync(join(folder, 'package-lock.json'), '{ "packages": { "node_modules/hono": {} } }')
  await bootstrap(['probe']).ended

  expect([first, second, installs()]).toEqual([1, 1, 2])
})

test('it hands on the arguments', async () => {
  expect(await repository().bootstrap(['probe', '--demo', 'x']).ended).toEqual({
    code: 0,
    said: expect.stringMatching(/probe ran with --demo x\n$/),
  })
})

test('what it says about installing goes to stderr, so that stdout is the script alone', async () => {
  const program = repository().bootstrap(['probe', '--json'])
  let stdout = ''
  program.child.stdout!.on('data', (chunk) => (stdout += chunk))

  const { said } = await program.ended

  expect({ stdout, installed: said.includes('Installed in') }).toEqual({
    stdout: 'probe ran with --json\n',
    installed: true,
  })
})

test('an install that fails is told with its reason, and nothing is run', async () => {
  const { folder, bootstrap } = repository('console.error("npm error code ENOTFOUND"); process.exitCode = 1')

  const { code, said } = await bootstrap(['probe']).ended

  expect({
    code,
    reason: said.includes('npm error code ENOTFOUND'),
    advice: said.includes('Check the network'),
  }).toEqual({ code: 1, reason: true, advice: true })
  expect(said).not.toContain('probe ran')
  expect(existsSync(join(folder, 'node_modules/.parley-installed'))).toBe(false)
})

test('on an older Node the script runs on the one from npm', async () => {
  const { folder, bootstrap } = repository()
  mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true })
  symlinkSync(process.execPath, join(folder, 'node_modules/.bin/node'))

  expect(await bootstrap(['probe'], older).ended).toMatchObject({ code: 0 })
})

test('an older Node without another says which one is needed', async () => {
  const { code, said } = await repository().bootstrap(['probe'], older).ended

  expect({ code, said: said.split('\n').slice(-3) }).toEqual({
    code: 1,
    said: [
      expect.stringContaining('Parley needs Node 22.18 or later; this is 20.11.0'),
      'Install a newer one (https://nodejs.org), then try again.',
      '',
    ],
  })
})

test('a signal reaches the script, and its exit code comes back', async () => {
  const { folder, bootstrap } = repository()
  writeFileSync(
    join(folder, 'scripts/patient.ts'),
    'process.on("SIGTERM", () => process.exit(7)); setInterval(() => {}, 60_000); console.log("waiting")',
  )
  const { child, says, ended } = bootstrap(['patient'])

  await says('waiting')
  child.kill('SIGTERM')

  expect((await ended).code).toBe(7)
})

test('the script hears when the bootstrap is killed', async () => {
  const { folder, bootstrap } = repository()
  writeFileSync(
    join(folder, 'scripts/patient.ts'),
    `process.once("disconnect", () => { console.log("alone"); process.exit() }); setInterval(() => {}, 60_000); console.log("waiting")`,
  )
  const { child, says } = bootstrap(['patient'])

  await says('waiting')
  child.kill('SIGKILL')

  await says('alone')
})
