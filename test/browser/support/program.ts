import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { inject } from 'vitest'

const root = resolve(import.meta.dirname, '../../..')

/** Runs one of our npm scripts against the running Parley and answers what it printed; its exit code must be as expected. */
export async function npmRun(script: string, args: readonly string[], expected = 0): Promise<string> {
  const child = spawn('npm', ['run', '--silent', script, '--', ...args], {
    cwd: root,
    env: { ...process.env, ...inject('parley').env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const [code] = (await once(child, 'exit')) as [number]
  if (code !== expected) throw new Error(`npm run ${script} ended with ${code}:\n${said}`)
  return said
}
