import { defineConfig } from 'vitest/config'
import { localLiveKit } from '../../scripts/lib/livekit-choice.ts'

// Where there is no LiveKit to be had, a person still runs the rest; `npm test` says so. CI has to have it.
const possible = process.env['CI'] === 'true' || localLiveKit().kind !== 'none'

export default defineConfig({
  root: import.meta.dirname,
  test: {
    name: 'livekit',
    include: possible ? ['**/*.test.ts'] : [],
    globalSetup: ['./setup.ts'],
    // A server of its own beside nothing else that is measured; its first build is over before any test begins.
    sequence: { groupOrder: 5 },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
  },
})
