// What every npm script starts with. It runs before anything is installed and on Node 20, so it is plain JavaScript
// without dependencies: install what the lockfile asks for, find a Node that runs TypeScript, run the script with it.
// What it says itself goes to stderr: stdout is the script's.
//   node scripts/bootstrap.mjs start --demo   →   node scripts/start.ts --demo

import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'

const root = resolve(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..')
const modules = join(root, 'node_modules')

// 1 s: a killed npm is noticed soon, and looking costs two reads of /proc.
const lookAfterNpmEveryMs = 1_000

try {
  const [name = '', ...args] = process.argv.slice(2)
  const script = join(root, 'scripts', `${name}.ts`)
  if (!name || !existsSync(script)) throw new Error(`There is no scripts/${name}.ts.`)
  await install()
  run(findNode(), [script, ...args])
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
}

async function install() {
  const lock = join(root, 'package-lock.json')
  const marker = join(modules, '.parley-installed')
  const wanted = () =>
    `${createHash('sha256').update(readFileSync(lock)).digest('hex')} ${process.platform}-${process.arch}`
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted()) return
  console.error('Installing what Parley needs. The first time takes a minute or two.')
  const started = Date.now()
  const progress = setInterval(() => {
    const seconds = Math.round((Date.now() - started) / 1000)
    show(`  ${countPackages(modules)} packages, ${seconds} s`)
  }, 2_000)
  const npm = process.env.npm_execpath?.endsWith('npm-cli.js') ? process.env.npm_execpath : null
  const flags = ['install', '--no-audit', '--no-fund', '--loglevel=error']
  const [command, args] = npm ? [process.execPath, [npm, ...flags]] : ['npm', flags]
  // On Windows npm is a batch file.
  const shell = !npm && process.platform === 'win32'
  const child = spawn(command, args, { cwd: root, shell, stdio: ['ignore', 'ignore', 'pipe'] })
  const forget = forwardSignals(child)
  let said = ''
  child.stderr.on('data', (chunk) => (said += chunk))
  const code = await new Promise((done, failed) => {
    child.once('error', () => failed(new Error('npm cannot be found. It comes with Node: https://nodejs.org')))
    child.once('close', done)
  }).finally(() => clearInterval(progress))
  forget()
  show('')
  if (code !== 0) {
    const last = said.trim().split('\n').slice(-6).join('\n')
    throw new Error(`${last}\nnpm install did not succeed. Check the network and the disk, then run it again.`)
  }
  writeFileSync(marker, wanted())
  console.error(`Installed in ${Math.round((Date.now() - started) / 1000)} s.`)
}

function countPackages(folder) {
  if (!existsSync(folder)) return 0
  return readdirSync(folder).reduce((count, name) => {
    if (name.startsWith('.')) return count
    if (name.startsWith('@')) return count + countPackages(join(folder, name))
    // npm makes all the folders first and fills them one by one.
    return count + (existsSync(join(folder, name, 'package.json')) ? 1 : 0)
  }, 0)
}

function show(line) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${line}`)
  else if (line) console.error(line)
}

function findNode() {
  if (runsTypeScript(process.versions.node)) return process.execPath
  const ending = process.platform === 'win32' ? '.exe' : ''
  const os = process.platform === 'win32' ? 'win' : process.platform
  const candidates = [
    join(modules, '.bin', `node${ending}`),
    join(modules, `node-${os}-${process.arch}`, 'bin', `node${ending}`),
  ]
  for (const path of candidates.filter((path) => existsSync(path))) {
    const { stdout, status } = spawnSync(path, ['--version'], { encoding: 'utf8' })
    if (status === 0 && runsTypeScript(stdout.trim().slice(1))) return path
  }
  throw new Error(
    `Parley needs Node 22.18 or later; this is ${process.versions.node}, and npm has none for ${os}-${process.arch}.\n` +
      'Install a newer one (https://nodejs.org), then try again.',
  )
}

function runsTypeScript(version) {
  const [major, minor] = version.split('.').map(Number)
  return major >= 24 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18)
}

function run(node, args) {
  const path = [join(modules, '.bin'), process.env.PATH].join(delimiter)
  // A process group of its own: Ctrl-C reaches only this process, which hands it on, so that everything stops in order.
  // The channel tells the script when this process is gone, however it went.
  const child = spawn(node, args, {
    cwd: root,
    detached: process.platform !== 'win32',
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, PATH: path },
  })
  forwardSignals(child)
  const watch = watchNpm(() => child.kill('SIGTERM'))
  child.once('error', (error) => {
    console.error(error.message)
    process.exitCode = 1
  })
  child.once('exit', (code, signal) => {
    clearInterval(watch)
    process.exitCode = code ?? 128 + (signal === 'SIGINT' ? 2 : signal === 'SIGKILL' ? 9 : 15)
  })
}

function forwardSignals(child) {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  const handlers = signals.map((signal) => {
    const forward = () => child.kill(signal)
    process.on(signal, forward)
    return () => process.off(signal, forward)
  })
  return () => handlers.forEach((forget) => forget())
}

// npm that is killed tells nobody: the shell between it and this process goes on. So look whether the line of parents
// up to npm is still the same.
function watchNpm(gone) {
  if (!process.env.npm_lifecycle_event || !existsSync('/proc/self/stat')) return undefined
  const before = `${parents()}`
  return setInterval(() => {
    if (`${parents()}` !== before) gone()
  }, lookAfterNpmEveryMs)
}

function parents() {
  const line = [process.ppid]
  // The shell's own parent is npm, unless the shell made way for this process.
  if (line[0] > 1 && commandOf(line[0]) !== 'npm') line.push(parentOf(line[0]))
  return line
}

function commandOf(pid) {
  return stat(pid)[0]?.startsWith('npm') ? 'npm' : 'other'
}

function parentOf(pid) {
  return Number(stat(pid)[1]?.split(' ')[1] ?? 1)
}

// "pid (command) state ppid …", where a command may hold spaces and brackets.
function stat(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const end = text.lastIndexOf(')')
    return [text.slice(text.indexOf('(') + 1, end), text.slice(end + 2)]
  } catch {
    return []
  }
}
