import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { TestProject } from 'vitest/node'
import { freePort } from '../../scripts/lib/ports.ts'

const root = resolve(import.meta.dirname, '../..')

declare module 'vitest' {
  interface ProvidedContext {
    /** The environment of the running Parley, as `npm run postgres` and `npm run import` need it. */
    parley: {
      pageUrl: string
      dataDir: string
      env: Record<string, string>
      /** The accounts that `--demo` prints. */
      demo: { email: string; password: string }[]
    }
  }
}

/** Runs `npm start -- --demo` as a newcomer would, on free ports and with a data folder of its own. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = mkdtempSync(join(tmpdir(), 'parley-browser-'))
  const [page, supabase, postgres] = [await freePort(), await freePort(), await freePort()]
  const env = {
    PARLEY_DATA_DIR: dataDir,
    PARLEY_PORT: `${page}`,
    PARLEY_SUPABASE_PORT: `${supabase}`,
    PARLEY_POSTGRES_PORT: `${postgres}`,
  }
  const start = spawn('npm', ['start', '--', '--demo'], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that Ctrl-C can be pressed: a terminal sends it to the whole group.
    detached: true,
  })
  let said = ''
  for (const stream of [start.stdout, start.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()))
  await new Promise<void>((ready, failed) => {
    start.stdout.on('data', () => {
      if (said.includes('Ctrl-C stops it.')) ready()
    })
    start.once('exit', (code) => failed(new Error(`npm start ended with ${code}:\n${said}`)))
  })
  let asked = false
  start.once('exit', (code) => {
    if (!asked) console.error(`npm start ended by itself with ${code}:\n${said}`)
  })
  project.provide('parley', { pageUrl: `http://127.0.0.1:${page}`, dataDir, env, demo: accounts(said) })
  return async () => {
    asked = true
    if (start.exitCode === null && process.kill(-start.pid!, 'SIGINT')) await once(start, 'exit')
    rmSync(dataDir, { recursive: true, force: true })
  }
}

function accounts(table: string): { email: string; password: string }[] {
  return [...table.matchAll(/Demo account\s+(\S+)\s+(\S+)/g)].map(([, email = '', password = '']) => ({
    email,
    password,
  }))
}
