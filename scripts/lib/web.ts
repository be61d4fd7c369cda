import { join } from 'node:path'
import { build } from 'vite'
import { repository } from './settings.ts'

/** Build the page into dist/web. */
export async function buildWeb(): Promise<void> {
  await build({ configFile: join(repository, 'vite.config.ts'), logLevel: 'error' })
}
