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
  'src/meetings/meetings.tsx': { file: 'assets/meetings.js', imports: ['_react.js', '_field.js'] },
  '_field.js': { file: 'assets/field.js', imports: ['_react.js'] },
  'src/meetings/call/call.tsx': {
    file: 'assets/call.js',
    imports: ['_react.js', '_field.js', '_menu.js', 'src/meetings/meetings.tsx'],
    css: ['assets/call.css'],
  },
  '_menu.js': { file: 'assets/menu.js' },
  'src/new/new.tsx': { file: 'assets/new.js', imports: ['_react.js'] },
}

test('the first view is the entry with all it imports at once, and the door or the shell; a meeting is what comes on top', () => {
  expect(firstView(manifest)).toEqual({
    js: ['assets/door.js', 'assets/react.js', 'assets/sync.js', 'assets/index.js'],
    room: ['assets/shell.js', 'assets/index.js', 'assets/sync.js', 'assets/react.js'],
    css: ['assets/shell.css', 'assets/index.css'],
    prejoin: ['assets/meetings.js', 'assets/field.js'],
    meeting: ['assets/call.js', 'assets/menu.js'],
  })
})

test('it is weighed gzipped', () => {
  // Random bytes do not shrink; gzip adds 18 bytes around them and 5 for each block of 65,535.
  const weights = weigh(manifest, (file) => (file.endsWith('.js') ? randomBytes(60_000) : new Uint8Array(60_000)))

  expect(weights.map(({ what, files, budget }) => ({ what, files, budget }))).toEqual([
    { what: 'js', files: 4, budget: 119_000 },
    { what: 'room', files: 4, budget: 150_000 },
    { what: 'css', files: 2, budget: 12_000 },
    { what: 'html', files: 1, budget: 4_000 },
    { what: 'prejoin', files: 2, budget: 21_000 },
    { what: 'meeting', files: 2, budget: 190_000 },
  ])
  expect(weights.map(({ bytes, budget }) => bytes > budget)).toEqual([true, true, false, false, true, false])
})
