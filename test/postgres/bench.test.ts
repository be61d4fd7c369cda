import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const script = resolve(import.meta.dirname, '../../scripts/bench.ts')

test('the measurement of SQL prints both sides, their ratio and their plans, those inside of functions too', async () => {
  const args = [script, 'sql', '--json', '--plans', '--messages', '10000', '--only', 'unread']
  const { stdout } = await promisify(execFile)(process.execPath, args)
  const times = { p50: expect.any(Number), p95: expect.any(Number), runs: expect.any(Number) }
  expect(JSON.parse(stdout)).toEqual({
    messages: 10_000,
    results: [
      {
        name: 'unread of 200 rooms',
        ours: times,
        naive: { what: 'a count for each room', ...times },
        ratio: expect.any(Number),
        plans: {
          ours: expect.arrayContaining([expect.stringMatching(/last_read_seq[\s\S]*Nested Loop[\s\S]*on messages/)]),
          naive: expect.arrayContaining([expect.stringMatching(/count\(\*\)[\s\S]*on messages/)]),
        },
      },
    ],
  })
})

test('a measurement that does not exist is answered with those that do', async () => {
  const asked = promisify(execFile)(process.execPath, [script, 'tea'])
  await expect(asked).rejects.toMatchObject({ code: 1, stderr: expect.stringMatching(/npm run bench -- .*\bsql\b/) })
})
