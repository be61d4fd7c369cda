import { defineConfig } from 'vitest/config'

/** All tests, by what they need to run. One kind after the other, so that no kind disturbs the next one's clocks. */
export default defineConfig({
  test: {
    projects: ['node', 'model', 'postgres', 'workers', 'livekit', 'browser', 'scale', 'chaos'].map(
      (kind) => `test/${kind}/vitest.config.ts`,
    ),
  },
})
