import { globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'
import { faultsOf, tooLarge, type Upload } from './deploy/checks.ts'
import { withMissingSecrets } from './deploy/secrets.ts'
import { wrangler } from './deploy/wrangler.ts'
import { Advice } from './lib/advice.ts'
import { launchCommand } from './lib/command.ts'
import { readMigrations } from './lib/migrate.ts'
import { repository } from './lib/settings.ts'
import { buildWeb } from './lib/web.ts'

const page = join(repository, 'dist/web')
const bundle = join(repository, 'dist/deploy')

/** npm run deploy [-- --dry-run]: builds page and worker, checks all that goes up, and then, unless it is dry, deploys it. */
await launchCommand(async (args) => {
  const { values } = parseArgs({ args, options: { 'dry-run': { type: 'boolean', default: false } } })
  const live = !values['dry-run']
  // Imported here: loading wrangler takes longer than reading the options.
  const { unstable_readConfig } = await import('wrangler')
  const config = unstable_readConfig({ config: join(repository, 'wrangler.toml') })
  refuse(faultsOf(config, live))
  say('Configuration', `${config.durable_objects.bindings.length} objects, ${config.ratelimits.length} rate limits`)

  const livekitUrl = config.vars['LIVEKIT_URL']
  await buildWeb(page, typeof livekitUrl === 'string' ? livekitUrl : undefined)
  const files = uploadsIn(page)
  say('Page', `${files.length} files, ${kilobytes(files.reduce((sum, { bytes }) => sum + bytes, 0))}`)

  const { good, said } = await wrangler(['deploy', '--dry-run', '--outdir', bundle])
  if (!good || /\bwarning\b/i.test(said)) throw new Advice(`wrangler would not deploy this:\n${said.trim()}`)
  const worker = gzipSync(readFileSync(join(bundle, 'index.js'))).length
  refuse(tooLarge(worker, files))
  say('Worker', `${kilobytes(worker)} compressed`)

  const migrations = readMigrations()
  say('Migrations', `${migrations.length}, up to ${migrations.at(-1)?.version ?? 'none'}`)
  if (!live) return console.log('\n  All of it could be deployed. Nothing was.\n')

  const deployed = await withMissingSecrets(async (secrets) =>
    wrangler(['deploy', ...(secrets ? ['--secrets-file', secrets] : [])], true),
  )
  if (!deployed.good) throw new Advice('wrangler did not deploy it; what it said stands above.')
  console.log('\n  Deployed. Look at /readyz of its address: it says whether Supabase has the migrations.\n')
})

function refuse(faults: readonly string[]): void {
  if (faults.length > 0) throw new Advice(faults.join('\n'))
}

function uploadsIn(folder: string): Upload[] {
  const found = globSync('**/*', { cwd: folder }).map((path) => ({ path, stat: statSync(join(folder, path)) }))
  return found.filter(({ stat }) => stat.isFile()).map(({ path, stat }) => ({ path, bytes: stat.size }))
}

function say(what: string, result: string): void {
  console.log(`  ${what.padEnd(15)}${result}`)
}

function kilobytes(bytes: number): string {
  return `${Math.round(bytes / 1_000)} kB`
}
