import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { resolve } from 'node:path'
import type { TestProject } from 'vitest/node'
import type { Keys } from '../../scripts/lib/keys.ts'

declare module 'vitest' {
  interface ProvidedContext {
    supabaseUrl: string
    keys: Keys
  }
}

/**
 * Starts the backend in a process of its own: in this one, packages resolve as they do in a Worker, and a Postgres
 * client for Node does not.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const program = resolve(import.meta.dirname, 'backend.ts')
  const backend = spawn('node', [program], { stdio: ['pipe', 'pipe', 'inherit'] })
  const [line] = (await once(createInterface(backend.stdout), 'line')) as [string]
  const { url, keys } = JSON.parse(line) as { url: string; keys: Keys }
  project.provide('supabaseUrl', url)
  project.provide('keys', keys)
  return async () => {
    backend.stdin.end()
    await once(backend, 'exit')
  }
}
