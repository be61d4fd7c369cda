import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'scale',
    root: import.meta.dirname,
    include: ['**/*.test.ts'],
    // Last and one file after the other: they share one large database, and its times are asserted.
    fileParallelism: false,
    sequence: { groupOrder: 7 },
    globalSetup: ['../postgres/support/server.ts'],
    // A watchdog, not a measure: the first file waits for a million messages.
    testTimeout: 120_000,
    hookTimeout: 400_000,
  },
})
