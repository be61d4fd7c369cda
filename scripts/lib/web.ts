import { join } from 'node:path'
import { repository } from './settings.ts'

/** Build the page into dist/web. */
export async function buildWeb(): Promise<void> {
  // Imported here: a start that cannot go on says so before it loads a bundler.
  const { build } = await import('vite')
  await build({ configFile: join(repository, 'vite.config.ts'), logLevel: 'error' })
}
