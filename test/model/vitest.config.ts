import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  root: import.meta.dirname,
  resolve: { alias: { 'cloudflare:workers': join(import.meta.dirname, 'platform/cloudflare-workers.ts') } },
  test: {
    name: 'model',
    include: ['**/*.test.ts'],
    sequence: { groupOrder: 2 },
    // What the room says of a fault that the walk makes is not news.
    silent: 'passed-only',
    // A watchdog, not a measure.
    testTimeout: 300_000,
  },
})
