import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from './settings.ts'

/** Build the page into a folder; it may talk to this LiveKit. Each system has its own, so that a second build never pulls a page from under a reader. */
export async function buildWeb(folder: string, livekitUrl?: string): Promise<void> {
  // Vite takes a mode from here too, and a shell or a test runner that sets one would get React's development build.
  process.env['NODE_ENV'] = 'production'
  // Imported here: a start that cannot go on says so before it loads a bundler.
  const { build } = await import('vite')
  await build({ configFile: join(repository, 'vite.config.ts'), logLevel: 'error', build: { outDir: folder } })
  const headers = join(folder, '_headers')
  writeFileSync(headers, withMedia(readFileSync(headers, 'utf8'), livekitUrl))
}

/** The headers of the page's files, with LiveKit's origin among those that the page may connect to. */
export function withMedia(headers: string, livekitUrl: string | undefined): string {
  if (!livekitUrl) return headers
  const { host, protocol } = new URL(livekitUrl)
  // Why a socket was refused it asks over http.
  const secure = protocol === 'wss:' ? 's' : ''
  return headers.replace("connect-src 'self'", `connect-src 'self' ws${secure}://${host} http${secure}://${host}`)
}
