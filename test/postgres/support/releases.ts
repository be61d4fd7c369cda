import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { postgresPackage, type Release } from '../../../scripts/lib/postgres-programs.ts'
import { repository } from '../../../scripts/lib/settings.ts'

/** The releases beside 17 on which the migrations have to apply: the oldest and the newest that people run. */
export const otherReleases = [
  { major: 15, version: '15.18.0-beta.17' },
  { major: 18, version: '18.4.0-beta.17' },
] as const

/**
 * A release from npm, kept in .cache (60 MB each, so that npm install stays small for everyone else). Null: it is not
 * here and could not be had.
 */
export function releaseFromNpm({ major, version }: (typeof otherReleases)[number]): Release | null {
  const folder = join(repository, '.cache', `postgres-${version}`)
  const home = join(folder, 'node_modules', postgresPackage())
  if (!existsSync(join(home, 'native', 'bin'))) {
    mkdirSync(folder, { recursive: true })
    try {
      const flags = ['--prefix', folder, '--no-save', '--no-audit', '--no-fund', '--ignore-scripts']
      const options = { stdio: 'ignore', shell: process.platform === 'win32', timeout: 60_000 } as const
      execFileSync('npm', ['install', ...flags, `${postgresPackage()}@${version}`], options)
    } catch {
      return null
    }
  }
  return { major, home }
}
