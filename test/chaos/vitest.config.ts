import { defineConfig } from 'vitest/config'

export default defineConfig({
  root: import.meta.dirname,
  test: {
    name: 'chaos',
    include: ['**/*.test.ts'],
    // A whole system of its own: after all the others, so that none has to share the machine with it.
    sequence: { groupOrder: 8 },
    // A watchdog, not a measure.
    testTimeout: 300_000,
  },
})
