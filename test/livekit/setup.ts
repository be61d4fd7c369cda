import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { startTestLiveKit, type TestLiveKit } from './support/server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    livekit: Omit<TestLiveKit, 'stop'>
  }
}

/** One LiveKit for all of these tests, built where it has to be, on ports of its own. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-livekit-'))
  const { stop, ...livekit } = await startTestLiveKit(folder)
  project.provide('livekit', livekit)
  return async () => {
    await stop()
    rmSync(folder, { recursive: true, force: true })
  }
}
