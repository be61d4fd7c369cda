import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { repository } from './lib/settings.ts'

const benches = ['sql']

/** npm run bench -- sql: a measurement beside its peer. Options after the name are its own. */
const name = process.argv[2] ?? ''
if (benches.includes(name)) await import(pathToFileURL(join(repository, 'bench', `${name}.ts`)).href)
else {
  console.error(`npm run bench -- ${benches.join(' | ')}`)
  process.exitCode = 1
}
