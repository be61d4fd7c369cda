import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { unstable_readConfig } from 'wrangler'
import { type Configuration, faultsOf, tooLarge } from '../../scripts/deploy/checks.ts'
import { secretsIn } from '../../scripts/deploy/secrets.ts'
import { readMigrations } from '../../scripts/lib/migrate.ts'
import { run } from './start-support/program.ts'
import { scratchFolder } from './start-support/scratch-folder.ts'

const config: Configuration = unstable_readConfig({ config: resolve('wrangler.toml') })

test(
  '[OPS7] a dry run builds and checks all that would be deployed, and needs no account',
  { timeout: 120_000 },
  async () => {
    const home = join(scratchFolder(), 'home')
    const deploy = run([resolve('scripts/deploy.ts'), '--dry-run'], { HOME: home, XDG_CONFIG_HOME: home })

    const { code, said } = await deploy.ended

    expect({ code, said: said.replaceAll(/\d+ (files|kB)/g, 'N $1') }).toEqual({
      code: 0,
      said: [
        '  Configuration  4 objects, 8 rate limits',
        '  Page           N files, N kB',
        '  Worker         N kB compressed',
        `  Migrations     ${readMigrations().length}, up to ${readMigrations().at(-1)!.version}`,
        '\n  All of it could be deployed. Nothing was.\n\n',
      ].join('\n'),
    })
  },
)

test('[OPS7] what would not work is named: flags, objects, migrations, limits, paths, addresses', () => {
  expect(faultsOf(config, false)).toEqual([])
  expect(faultsOf(config, true)).toEqual([
    'SUPABASE_URL in wrangler.toml has to be the https address of your Supabase project.',
  ])
  const [limit, ...others] = config.ratelimits
  const broken: Configuration = {
    ...config,
    compatibility_flags: ['nodejs_compat'],
    durable_objects: { bindings: config.durable_objects.bindings.filter(({ name }) => name !== 'INBOX') },
    migrations: [...config.migrations.slice(0, 2), { tag: 'v1' }],
    ratelimits: [{ ...limit!, simple: { ...limit!.simple, limit: 1 } }, ...others.slice(0, -1), others.at(-2)!],
    assets: { ...config.assets, run_worker_first: ['/api/*'] },
  }
  expect(faultsOf(broken, false)).toEqual([
    'wrangler.toml lacks the compatibility flag no_web_socket_compression.',
    'Inbox is not bound.',
    'No migration makes Meeting.',
    'No migration makes Tries.',
    'The migration v1 stands there twice.',
    'RATE_READ_ADDRESS should allow 3000 in 10 s, as protocol/limits.ts says.',
    'RATE_CREDENTIALS_PERSON should allow 30 in 60 s, as protocol/limits.ts says.',
    'Two rate limits share a namespace_id.',
    ...['/healthz', '/readyz', '/problems/*'].map(
      (path) => `The worker does not come first for ${path} (run_worker_first).`,
    ),
  ])
})

test('[OPS7] what is larger than Cloudflare takes is named', () => {
  expect(tooLarge(400_000, [{ path: 'index.html', bytes: 1_000 }])).toEqual([])
  expect(tooLarge(3_000_001, [{ path: 'film.webm', bytes: 26 * 1_048_576 }])).toEqual([
    'The worker has 3000001 bytes, compressed; 3000000 are allowed.',
    `film.webm has ${26 * 1_048_576} bytes.`,
  ])
})

test('[OPS7] the page’s files carry the headers that the worker gives, and are kept for ever where their name has a hash', () => {
  const headers = readFileSync(resolve('web/public/_headers'), 'utf8')
  const worker = readFileSync(resolve('worker/headers.ts'), 'utf8')
  const [all = '', assets = ''] = headers.split('/assets/*')
  const common = [...worker.matchAll(/^ {2}'([\w-]+)': '(.+)',$/gm)].map(([, name, value]) => `${name}: ${value}`)

  expect(common).toHaveLength(5)
  for (const line of common) expect(all.toLowerCase()).toContain(line.toLowerCase())
  expect(all).toMatch(
    /Content-Security-Policy: default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self';/,
  )
  expect(headers.replace("'wasm-unsafe-eval'", '')).not.toContain('unsafe')
  expect(assets).toContain('Cache-Control: public, max-age=31536000, immutable')
})

test('[OPS7] secrets that could not be listed are not taken for missing, or each such deployment would make new ones', () => {
  const known = '[{ "name": "PARLEY_SECRET", "type": "secret_text" }]'
  expect(secretsIn({ good: true, said: `A newer wrangler is there.\n${known}` })).toEqual(['PARLEY_SECRET'])
  expect(secretsIn({ good: false, said: 'This Worker does not exist on your account. [code: 10007]' })).toEqual([])
  expect(() => secretsIn({ good: false, said: 'fetch failed' })).toThrow(/could not list .* secrets:\nfetch failed/)
})
