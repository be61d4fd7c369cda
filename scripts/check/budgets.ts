import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { tooMuch, weighBuild } from './first-view.ts'

/** Weighs the first view of the build in dist/web; run after vite build. */
function main(build: string): void {
  if (!existsSync(join(build, '.vite/manifest.json'))) {
    console.error('There is no build to weigh: run vite build first.')
    process.exitCode = 1
    return
  }
  const weights = weighBuild(build)
  for (const { what, files, bytes, budget } of weights) {
    const kilobytes = (bytes / 1_000).toFixed(1).padStart(6)
    console.log(
      `${what.padEnd(8)}${kilobytes} kB of ${budget / 1_000} kB in ${files} ${files === 1 ? 'file' : 'files'}${bytes > budget ? '  too much' : ''}`,
    )
  }
  if (tooMuch(weights).length > 0) process.exitCode = 1
}

main(join(import.meta.dirname, '../../dist/web'))
