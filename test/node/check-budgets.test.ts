import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { firstView, weigh } from '../../scripts/check/first-view.ts'
import type { Manifest } from '../../scripts/check/first-view.ts'

const manifest: Manifest = {
  'index.html': {
    file: 'assets/index.js',
    isEntry: true,
    imports: ['_react.js', '_sync.js'],
    css: ['assets/index.css'],
  },
  '_react.js': { file: 'assets/react.js', imports: ['_sync.js'] },
  '_sync.js': { file: 'assets/sync.js', imports: ['_react.js'] },
  'src/auth/door.tsx': { file: 'assets/door.js', imports: ['_react.js'] },
  'src/shell/shell.tsx': { file: 'assets/shell.js', imports: ['_sync.js', 'index.html'], css: ['assets/shell.css'] },
  'src/meeting.tsx': { file: 'assets/meeting.js', imports: ['_react.js'], css: ['assets/meeting.css'] },
}

test('the first view is the entry with all it imports at once, and the door or the shell; no other lazy chunk', () => {
  expect(firstView(manifest)).toEqual({
    js: ['assets/door.js', 'assets/react.js', 'assets/sync.js', 'assets/index.js'],
    room: ['assets/shell.js', 'assets/index.js', 'assets/sync.js', 'assets/react.js'],
    css: ['assets/shell.css', 'assets/index.css'],
  })
})

test('it is weighed gzipped', () => {
  // Random bytes do not shrink; gzip adds 18 bytes around them and 5 for each block of 65,535.
  const weights = weigh(manifest, (file) => (file.endsWith('.js') ? randomBytes(60_000) : new Uint8Array(60_000)))

  expect(weights.map(({ what, files, budget }) => ({ what, files, budget }))).toEqual([
    { what: 'js', files: 4, budget: 125_000 },
    { what: 'room', files: 4, budget: 150_000 },
    { what: 'css', files: 2, budget: 12_000 },
    { what: 'html', files: 1, budget: 4_000 },
  ])
  expect(weights.map(({ bytes, budget }) => bytes > budget)).toEqual([true, true, false, false])
})
