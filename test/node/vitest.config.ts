import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: { name: 'node', dir: import.meta.dirname, include: ['**/*.test.ts'], sequence: { groupOrder: 1 } },
})
