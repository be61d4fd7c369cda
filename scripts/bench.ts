import { existsSync, globSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { repository } from './lib/settings.ts'

/** npm run bench -- NAME [options]: run bench/NAME.ts with the options. */
const [name = '', ...options] = process.argv.slice(2)
const file = join(repository, 'bench', `${name}.ts`)
if (/^[a-z-]+$/.test(name) && existsSync(file)) {
  process.argv = [process.argv[0]!, file, ...options]
  await import(pathToFileURL(file).href)
} else {
  const names = globSync('*.ts', { cwd: join(repository, 'bench') }).map((file) => file.replace(/\.ts$/, ''))
  console.error(`Which measurement? npm run bench -- ${names.toSorted().join(' | ')}`)
  process.exitCode = 1
}
