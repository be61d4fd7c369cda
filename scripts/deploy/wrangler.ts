import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { repository } from '../lib/settings.ts'

/** Runs wrangler and answers what it said. Where `shown`, it speaks and asks in this terminal. */
export async function wrangler(args: readonly string[], shown = false): Promise<{ good: boolean; said: string }> {
  const program = join(repository, 'node_modules/wrangler/bin/wrangler.js')
  const child = spawn(process.execPath, [program, ...args], {
    cwd: repository,
    stdio: shown ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, WRANGLER_SEND_METRICS: 'false', WRANGLER_HIDE_BANNER: 'true', NO_COLOR: '1' },
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  return { good: code === 0, said }
}
