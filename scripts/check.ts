import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { repository } from './lib/settings.ts'

/** What must hold before anything is tested, quickest first. */
const checks: readonly { what: string; command: string; args: readonly string[] }[] = [
  { what: 'format', command: 'oxfmt', args: ['--check'] },
  { what: 'text', command: 'node', args: ['scripts/check/text.ts'] },
  { what: 'rules', command: 'node', args: ['scripts/check/rules.ts'] },
  { what: 'types', command: 'tsc', args: ['-b'] },
  { what: 'lint', command: 'oxlint', args: [] },
  { what: 'dead code', command: 'knip', args: [] },
]

/** npm run check: all of them, what failed in full, and a line for each. */
function main(): void {
  for (const { what, command, args } of checks) {
    const started = Date.now()
    const program = command === 'node' ? process.execPath : join(repository, 'node_modules/.bin', command)
    const { status, stdout, stderr } = spawnSync(program, args, { cwd: repository, encoding: 'utf8' })
    const good = status === 0
    console.log(`${good ? 'ok    ' : 'FAILED'} ${what.padEnd(10)} ${((Date.now() - started) / 1_000).toFixed(1)} s`)
    if (good) continue
    console.log(`${stdout}${stderr}`)
    process.exitCode = 1
  }
}

main()
