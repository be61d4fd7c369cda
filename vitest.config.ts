import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

const folder = join(import.meta.dirname, 'test/browser')
/** These stop Postgres, count what waits in every list, or speak to all of Parley: one after the other. */
const alone = ['demo', 'everyday', 'inbox', 'outage', 'without-auth'].map((name) => `${name}.test.ts`)
const together = readdirSync(folder).filter((name) => name.endsWith('.test.ts') && !alone.includes(name))

/** What the browser shows, but for some files. An `include` would add to the folder's own instead of taking its place. */
const browser = { extends: join(folder, 'vitest.config.ts'), root: folder }

/** All tests, by what they need to run. One kind after the other, so that no kind disturbs the next one's clocks. */
export default defineConfig({
  test: {
    projects: [
      ...['node', 'model', 'postgres', 'workers', 'livekit', 'scale', 'chaos'].map(
        (kind) => `test/${kind}/vitest.config.ts`,
      ),
      { ...browser, test: { name: 'browser alone', exclude: together } },
      {
        ...browser,
        test: {
          name: 'browser',
          exclude: alone,
          fileParallelism: true,
          maxWorkers: 2,
          sequence: { groupOrder: 9 },
        },
      },
    ],
  },
})
