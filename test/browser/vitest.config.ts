import { defineConfig } from 'vitest/config'

export default defineConfig({
  root: import.meta.dirname,
  test: {
    name: 'browser',
    include: ['**/*.test.ts'],
    globalSetup: ['./setup.ts'],
    // One Parley and one Postgres, which a test stops: one file after the other.
    fileParallelism: false,
    sequence: { groupOrder: 6 },
    // A watchdog, not a measure.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 20_000 } },
  },
})
