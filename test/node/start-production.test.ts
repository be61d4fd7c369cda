import { mkdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startWorker } from '../../scripts/lib/worker.ts'
import { run } from './start-support/program.ts'
import { scratchFolder } from './start-support/scratch-folder.ts'

test('what wrangler would deploy, by wrangler.toml alone, is the program that runs here', async () => {
  const folder = scratchFolder()
  const [home, bundle, page] = ['home', 'bundle', 'page'].map((name) => join(folder, name)) as [string, string, string]
  mkdirSync(page)
  const wrangler = resolve('node_modules/wrangler/bin/wrangler.js')
  const deploy = run([wrangler, 'deploy', '--dry-run', '--outdir', bundle, '--assets', page], {
    ...{ HOME: home, XDG_CONFIG_HOME: home },
    ...{ WRANGLER_SEND_METRICS: 'false', WRANGLER_HIDE_BANNER: 'true', NO_COLOR: '1' },
  })
  const { code, said } = await deploy.ended

  expect({ code, warned: /warning|error/i.test(said) }, said).toEqual({ code: 0, warned: false })
  expect(said).toMatch(/^env\.ROOM \(Room\)\s+Durable Object/m)
  expect(said).toMatch(/^env\.INBOX \(Inbox\)\s+Durable Object/m)
  const worker = await startWorker(readFileSync(join(bundle, 'index.js'), 'utf8'), {
    ...{ port: 0, objectsDir: join(folder, 'objects'), secrets: {}, page: null, onLog() {} },
  })
  onTestFinished(() => worker.stop())
  const health = await fetch(`${worker.url}/api/v1/health`)
  expect({ status: health.status, body: await health.json() }).toEqual({ status: 200, body: { ok: true } })
}, 60_000)
