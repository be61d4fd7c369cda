import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'postgres',
    root: import.meta.dirname,
    include: ['**/*.test.ts'],
    sequence: { groupOrder: 3 },
    globalSetup: ['./support/server.ts'],
    // A watchdog, not a measure: the first file may wait for the others' databases.
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
