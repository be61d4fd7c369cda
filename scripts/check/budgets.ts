import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod/mini'
import { Manifest, weigh } from './first-view.ts'

/** Weighs the first view of the build in dist/web; run after vite build. */
function main(build: string): void {
  const file = join(build, '.vite/manifest.json')
  if (!existsSync(file)) {
    console.error('There is no build to weigh: run vite build first.')
    process.exitCode = 1
    return
  }
  const manifest = z.parse(Manifest, JSON.parse(readFileSync(file, 'utf8')))
  const weights = weigh(manifest, (name) => readFileSync(join(build, name)))
  for (const { what, files, bytes, budget } of weights) {
    const kilobytes = (bytes / 1_000).toFixed(1).padStart(6)
    console.log(
      `${what.padEnd(8)}${kilobytes} kB of ${budget / 1_000} kB in ${files} ${files === 1 ? 'file' : 'files'}${bytes > budget ? '  too much' : ''}`,
    )
  }
  // A first view without a script is a manifest that was read wrongly.
  if (weights.some(({ bytes, budget }) => bytes > budget || bytes === 0)) process.exitCode = 1
}

main(join(import.meta.dirname, '../../dist/web'))
