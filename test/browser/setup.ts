import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { runParley } from './support/parley.ts'

declare module 'vitest' {
  interface ProvidedContext {
    parley: {
      pageUrl: string
      dataDir: string
      /** The environment in which `npm run postgres` and `npm run import` find it. */
      env: Record<string, string>
      /** The accounts that `--demo` prints. */
      demo: { email: string; password: string }[]
    }
  }
}

/** One Parley with the demo for all browser tests, with a data folder of its own. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = mkdtempSync(join(tmpdir(), 'parley-browser-'))
  const { pageUrl, env, said, stop } = await runParley(dataDir, ['--demo'])
  project.provide('parley', { pageUrl, dataDir, env, demo: accounts(said) })
  return async () => {
    await stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

function accounts(table: string): { email: string; password: string }[] {
  return [...table.matchAll(/Demo account\s+(\S+)\s+(\S+)/g)].map(([, email = '', password = '']) => ({
    email,
    password,
  }))
}
