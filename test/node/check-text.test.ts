import { expect, test } from 'vitest'
import { checkText, privateFolders } from '../../scripts/check/public-text.ts'

const secret = { folders: ['/data/ada/parley', '/data/ada'], registryHost: 'packages.example.net' }

// Put together here, so that this file itself passes.
const token = ['eyJhbGciOiJIUzI1NiJ9', 'eyJyb2xlIjoiYW5vbiJ9', 'c2lnbmF0dXJlIG9mIGl0'].join('.')

test('a folder of the machine is found, a path that only resembles it is not', () => {
  const text = [
    'see /data/ada/notes',
    '"file:///data/ada/parley/a.ts"',
    'web/data/ada/x',
    '/data/adams',
    'cd /data/ada',
  ].join('\n')

  expect(checkText('README.md', text, secret)).toEqual([
    'README.md:1 names a folder of this machine',
    'README.md:2 names a folder of this machine',
    'README.md:5 names a folder of this machine',
  ])
})

test('a lock file says nothing of where packages came from', () => {
  const lock = [
    '"node_modules/a": {',
    '"version": "1.0.0",',
    '"resolved": "https://packages.example.net/a.tgz",',
    '"integrity": "sha512-x"',
  ].join('\n')

  expect(checkText('package-lock.json', lock, secret)).toEqual([
    'package-lock.json:3 says where a package was downloaded',
  ])
  expect(checkText('.npmrc', 'registry=https://packages.example.net/npm', secret)).toEqual([
    '.npmrc:1 names the registry of this machine',
  ])
})

test('secrets are found', () => {
  const text = [
    `const key = '${token}'`,
    ['sb', 'secret', '0123456789abcdefghij'].join('_'),
    ['-----BEGIN', 'PRIVATE', 'KEY-----'].join(' '),
  ].join('\n')

  expect(checkText('a.ts', text, secret)).toEqual([
    'a.ts:1 holds a token',
    'a.ts:2 holds a service key',
    'a.ts:3 holds a private key',
  ])
  expect(checkText('b.ts', 'a token begins with eyJ and has two dots', secret)).toEqual([])
})

test('folders that every machine has tell nothing', () => {
  expect(privateFolders('/srv/parley', '/root')).toEqual(['/srv/parley'])
  expect(privateFolders('/data/ada/parley', '/home/ada')).toEqual(['/data/ada/parley', '/data/ada', '/home/ada'])
  expect(privateFolders('/app', '/root')).toEqual([])
})
