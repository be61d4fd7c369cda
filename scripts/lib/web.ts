import { join } from 'node:path'
import { repository } from './settings.ts'

/** Build the page into a folder. Each system has its own, so that a second build never pulls a page from under a reader. */
export async function buildWeb(folder: string): Promise<void> {
  // Vite takes a mode from here too, and a shell or a test runner that sets one would get React's development build.
  process.env['NODE_ENV'] = 'production'
  // Imported here: a start that cannot go on says so before it loads a bundler.
  const { build } = await import('vite')
  await build({ configFile: join(repository, 'vite.config.ts'), logLevel: 'error', build: { outDir: folder } })
}
