import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { localLiveKit, pinnedLiveKit } from './lib/livekit-choice.ts'
import { repository } from './lib/settings.ts'

/**
 * npm test [-- FILTER …]: every test, then one line that counts them. Filters and flags go to vitest, for example
 * `npm test -- --project workers` or `npm test -- sync`.
 */
function main(args: readonly string[]): void {
  const results = join(repository, 'dist/test/results.json')
  mkdirSync(dirname(results), { recursive: true })
  rmSync(results, { force: true })
  const vitest = join(repository, 'node_modules/vitest/vitest.mjs')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${results}`]
  // What a program says of a fault that its test makes is of interest only when the test fails.
  const { status } = spawnSync(process.execPath, [vitest, 'run', ...reporters, '--silent=passed-only', ...args], {
    cwd: repository,
    stdio: 'inherit',
  })
  sayWhatIsMissing()
  const { passed, failed } = counted(results)
  // A run that broke outside of any test has failed too, and so has one that found no test.
  const broken = failed === 0 && (status !== 0 || passed === 0) ? 1 : 0
  console.log(`${passed} passed, ${failed + broken} failed`)
  process.exitCode = failed + broken > 0 ? 1 : 0
}

// In CI the tests themselves fail for it.
function sayWhatIsMissing(): void {
  const livekit = localLiveKit()
  if (livekit.kind === 'none' && process.env['CI'] !== 'true') {
    console.log(`livekit: not run, needs Go ${pinnedLiveKit().go} or a livekit-server on the PATH`)
  }
}

function counted(results: string): { passed: number; failed: number } {
  if (!existsSync(results)) return { passed: 0, failed: 0 }
  const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(results, 'utf8')) as Record<string, number>
  return { passed: numPassedTests ?? 0, failed: numFailedTests ?? 0 }
}

main(process.argv.slice(2))
