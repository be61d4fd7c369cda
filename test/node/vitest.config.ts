import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'node',
    dir: import.meta.dirname,
    include: ['**/*.test.ts'],
    sequence: { groupOrder: 1 },
    // A watchdog: the longest walk takes a second where nothing else runs.
    testTimeout: 30_000,
  },
})
