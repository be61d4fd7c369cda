import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { checkText, privateFolders } from './public-text.ts'

/** The files that are in the repository or about to be. */
function publicFiles(root: string): string[] {
  const list = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  })
  return [...new Set(list.split('\0'))].filter((file) => {
    const path = join(root, file)
    return file !== '' && existsSync(path) && statSync(path).isFile()
  })
}

function registryHost(env: Readonly<Record<string, string | undefined>>): string | null {
  const registry = env.npm_config_registry
  if (registry === undefined || !URL.canParse(registry)) return null
  return new URL(registry).host
}

function main(root: string): void {
  const secret = { folders: privateFolders(root, homedir()), registryHost: registryHost(process.env) }
  const files = publicFiles(root)
  const faults = files.flatMap((file) => {
    const bytes = readFileSync(join(root, file))
    return bytes.includes(0) ? [] : checkText(file, bytes.toString('utf8'), secret)
  })
  if (faults.length === 0) return console.log(`${files.length} files name no machine, registry or secret`)
  console.error(faults.join('\n'))
  process.exitCode = 1
}

main(resolve(import.meta.dirname, '../..'))
