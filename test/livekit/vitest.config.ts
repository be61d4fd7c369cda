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
    // Its first build takes both cores for minutes: after those that look at clocks, before the browser.
    sequence: { groupOrder: 5 },
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
