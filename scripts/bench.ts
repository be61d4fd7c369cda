import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { repository } from './lib/settings.ts'

const benches = ['ack', 'import', 'inbox', 'room', 'sql']

/** npm run bench -- ack|import|inbox|room|sql: a measurement beside its peer. What each measures: bench/README.md. */
const name = process.argv[2] ?? ''
if (benches.includes(name)) await import(pathToFileURL(join(repository, 'bench', `${name}.ts`)).href)
else {
  console.error(`npm run bench -- ${benches.join(' | ')}`)
  process.exitCode = 1
}
