import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { Advice } from '../../scripts/lib/advice.ts'
import { keysOf } from '../../scripts/lib/keys.ts'
import { chooseLiveKit, pinnedLiveKit } from '../../scripts/lib/livekit-choice.ts'
import { assertFreeUdp } from '../../scripts/lib/ports.ts'
import { settingsFrom } from '../../scripts/lib/settings.ts'
import { withMedia } from '../../scripts/lib/web.ts'
import { scratchFolder } from './start-support/scratch-folder.ts'

const pinned = { version: '1.2.3', go: '1.26', toolchain: '1.26.8', kinds: ['linux-amd64'] }
const elsewhere = { LIVEKIT_URL: 'wss://media.test', LIVEKIT_API_KEY: 'API1', LIVEKIT_API_SECRET: 'secret' }
const nothing = { program: null, kept: null, go: null, kind: 'linux-amd64' }
const everything = { ...nothing, program: '/usr/bin/livekit-server', kept: '/cache/livekit-server', go: '1.26.8' }

test('a LiveKit that is named comes before one on the PATH, that before one that was built, that before Go, and without any it says how to get one', () => {
  expect(chooseLiveKit(elsewhere, everything, pinned)).toEqual({
    ...{ kind: 'given', url: 'wss://media.test', apiKey: 'API1', apiSecret: 'secret' },
  })
  expect(chooseLiveKit({}, everything, pinned)).toEqual({ kind: 'program', path: '/usr/bin/livekit-server' })
  const built = { kind: 'program', path: '/cache/livekit-server' }
  expect(chooseLiveKit({}, { ...everything, program: null }, pinned)).toEqual(built)
  expect(chooseLiveKit({}, { ...nothing, kept: everything.kept }, pinned)).toEqual(built)
  expect(chooseLiveKit({}, { ...nothing, go: '1.26.8' }, pinned)).toEqual({ kind: 'build', go: 'own' })
  expect(chooseLiveKit({}, nothing, pinned)).toEqual({
    kind: 'none',
    why: 'Install Go 1.26 or later (https://go.dev/dl), or a livekit-server on the PATH.',
  })
})

test('the worker may reach it elsewhere than browsers do', () => {
  const choice = chooseLiveKit({ ...elsewhere, LIVEKIT_API_URL: 'http://10.0.0.7:7880' }, everything, pinned)
  expect(choice).toMatchObject({ kind: 'given', url: 'wss://media.test', apiUrl: 'http://10.0.0.7:7880' })
})

test.each([
  [{ LIVEKIT_URL: 'wss://media.test' }, 'LIVEKIT_API_KEY and LIVEKIT_API_SECRET'],
  [{ ...elsewhere, LIVEKIT_URL: '' }, 'LIVEKIT_URL'],
  [{ ...elsewhere, LIVEKIT_API_SECRET: '' }, 'LIVEKIT_API_SECRET'],
])('half of one is refused, naming what is missing: %j', (given, missing) => {
  expect(() => chooseLiveKit(given, everything, pinned)).toThrow(
    new Advice(`To use a LiveKit that runs elsewhere, set ${missing} too.`),
  )
})

const tooOld = { kind: 'none', why: expect.stringMatching(/^Go 1\.15\.9 is too old\. Install Go 1\.26 or later/) }

test.each([
  ['1.26', { kind: 'build', go: 'own' }],
  ['1.26rc1', { kind: 'build', go: 'own' }],
  ['2.0', { kind: 'build', go: 'own' }],
  ['1.25.9', { kind: 'build', go: 'newer' }],
  ['1.21.0', { kind: 'build', go: 'newer' }],
  ['1.19.8', { kind: 'build', go: 'module' }],
  ['1.16', { kind: 'build', go: 'module' }],
  ['1.15.9', tooOld],
])('Go %s builds it, fetches a newer Go first, takes one from a module, or is too old for each', (go, choice) => {
  expect(chooseLiveKit({}, { ...nothing, go }, pinned)).toEqual(choice)
})

test('a Go that fetches none by itself takes one from a module only where its checksum is known', () => {
  expect(chooseLiveKit({}, { ...nothing, go: '1.19.8', kind: 'linux-riscv64' }, pinned)).toMatchObject({ kind: 'none' })
})

test('version and Go are those of tools/go.mod, and what is fetched of Go is a release with its checksums', () => {
  expect(pinnedLiveKit()).toEqual({
    version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    go: expect.stringMatching(/^1\.\d+/),
    // Of a version of the language, 1.26, there is nothing to fetch.
    toolchain: expect.stringMatching(/^1\.\d+\.\d+$/),
    kinds: ['linux-amd64', 'linux-arm64'],
  })
})

test('an address that is none is refused by name, and LiveKit can be turned off', () => {
  expect(() => settingsFrom({ LIVEKIT_URL: 'media.test', LIVEKIT_API_URL: 'wss://media.test' })).toThrow(
    [
      'LIVEKIT_URL is "media.test": it has to be an address such as wss://media.example.org.',
      'LIVEKIT_API_URL is "wss://media.test": it has to be an address such as https://media.example.org.',
    ].join('\n'),
  )
  expect(settingsFrom({ PARLEY_LIVEKIT: 'off' }).livekit).toBe(null)
  expect(settingsFrom({ PARLEY_LIVEKIT_UDP_PORT: '9000' }).livekit?.ports).toEqual({ http: 7880, tcp: 0, udp: 9000 })
})

test('a data folder of before gets keys for LiveKit, and keeps all it has', () => {
  const folder = scratchFolder()
  const { livekitKey, livekitSecret, ...old } = keysOf(folder)
  writeFileSync(join(folder, 'keys.json'), JSON.stringify(old))

  const keys = keysOf(folder)

  expect(keys).toMatchObject(old)
  expect(keys.livekitKey).toMatch(/^API\w{12}$/)
  expect([keys.livekitKey, keys.livekitSecret]).not.toEqual([livekitKey, livekitSecret])
  expect(keysOf(folder)).toEqual(keys)
  expect(existsSync(join(folder, 'keys.json.new'))).toBe(false)
})

test('a UDP port that is taken is named, with the variable that changes it', async () => {
  const other = createSocket('udp4')
  onTestFinished(() => void other.close())
  other.bind(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address()

  await expect(assertFreeUdp(port, 'PARLEY_LIVEKIT_UDP_PORT')).rejects.toThrow(`Port ${port} is taken.`)
})

test('the page may connect to its LiveKit, and to no other place', () => {
  const headers = readFileSync('web/public/_headers', 'utf8')
  expect(withMedia(headers, undefined)).toBe(headers)
  const policy = (url: string) => /connect-src [^;]+/.exec(withMedia(headers, url))?.[0]
  expect(policy('wss://media.test')).toBe("connect-src 'self' wss://media.test https://media.test")
  expect(policy('ws://127.0.0.1:7880')).toBe("connect-src 'self' ws://127.0.0.1:7880 http://127.0.0.1:7880")
})
