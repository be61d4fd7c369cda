import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { missingMedia } from '../../protocol/settings.ts'
import { Advice } from './advice.ts'
import { repository } from './settings.ts'

/** A LiveKit that somebody else runs. `apiUrl` is set where the worker reaches it elsewhere than browsers do. */
export type GivenLiveKit = { kind: 'given'; url: string; apiUrl?: string; apiKey: string; apiSecret: string }

/**
 * Where the LiveKit server of a local system comes from: somebody else runs it, it is on the PATH or was built before, Go
 * builds it, or there is none, and `why` says what helps.
 */
export type LiveKitChoice =
  | GivenLiveKit
  | { kind: 'program'; path: string }
  | { kind: 'build'; go: BuildingGo }
  | { kind: 'none'; why: string }

/**
 * Which Go builds: this machine's `own`; a `newer` one, which it fetches by itself; or one that it takes from a `module`, as
 * whoever is too old for that can.
 */
export type BuildingGo = 'own' | 'newer' | 'module'

/**
 * What a machine has: the path of a `livekit-server`, of one that was built before and still runs, the version of Go, such
 * as `1.26.8`, and what it is, such as `linux-amd64`.
 */
export type Machine = { program: string | null; kept: string | null; go: string | null; kind: string }

/**
 * The LiveKit server that tools/go.mod pins, the oldest Go that builds it, the one that is fetched where there is an older
 * one, and for which kinds of machine that is pinned too.
 */
export type PinnedLiveKit = { version: string; go: string; toolchain: string; kinds: string[] }

/** The variables that name a LiveKit; empty ones count as none. */
export type LiveKitVariables = {
  [name in 'LIVEKIT_URL' | 'LIVEKIT_API_URL' | 'LIVEKIT_API_KEY' | 'LIVEKIT_API_SECRET']?: string | undefined
}

// 10 s: it says its version within a tenth of one.
const answersWithinMs = 10_000

/** Which LiveKit to use, the first that is there. Throws Advice where the variables name half of one. */
export function chooseLiveKit(given: LiveKitVariables, machine: Machine, pinned: PinnedLiveKit): LiveKitChoice {
  const missing = missingMedia(given)
  if (missing.length > 0) throw new Advice(`To use a LiveKit that runs elsewhere, set ${missing.join(' and ')} too.`)
  const { LIVEKIT_URL: url, LIVEKIT_API_URL: apiUrl, LIVEKIT_API_KEY: apiKey, LIVEKIT_API_SECRET: apiSecret } = given
  if (url && apiKey && apiSecret) return { kind: 'given', url, ...(apiUrl && { apiUrl }), apiKey, apiSecret }
  const there = machine.program ?? machine.kept
  if (there) return { kind: 'program', path: there }
  const ways = `Install Go ${pinned.go} or later (https://go.dev/dl), or a livekit-server on the PATH.`
  if (!machine.go) return { kind: 'none', why: ways }
  if (!older(machine.go, pinned.go)) return { kind: 'build', go: 'own' }
  // Since 1.21 Go fetches a newer one by itself.
  if (!older(machine.go, '1.21')) return { kind: 'build', go: 'newer' }
  // Since 1.16 it fetches a module that nothing is built of, and compares it with go.sum.
  if (!older(machine.go, '1.16') && pinned.kinds.includes(machine.kind)) return { kind: 'build', go: 'module' }
  return { kind: 'none', why: `Go ${machine.go} is too old. ${ways}` }
}

/** The one of this machine, whatever runs elsewhere. */
export function localLiveKit(): LiveKitChoice {
  return chooseLiveKit({}, thisMachine(), pinnedLiveKit())
}

function older(a: string, b: string): boolean {
  const [[major = 0, minor = 0, patch = 0], [otherMajor = 0, otherMinor = 0, otherPatch = 0]] = [numbers(a), numbers(b)]
  return (major - otherMajor || minor - otherMinor || patch - otherPatch) < 0
}

// A release candidate, 1.27rc1, counts as its release.
function numbers(version: string): number[] {
  return version.split('.').map((part) => Number.parseInt(part, 10))
}

/** What tools/go.mod and tools/toolchain/go.sum say. */
export function pinnedLiveKit(): PinnedLiveKit {
  const text = readFileSync(join(repository, 'tools/go.mod'), 'utf8')
  const [, version] = /^\s*github\.com\/livekit\/livekit-server v(\S+)/m.exec(text) ?? []
  const [, go] = /^go (\S+)/m.exec(text) ?? []
  const [, toolchain] = /^toolchain go(\S+)/m.exec(text) ?? []
  if (!version || !go || !toolchain) throw new Error('tools/go.mod names no livekit-server, or no Go')
  const sums = readFileSync(join(repository, 'tools/toolchain/go.sum'), 'utf8')
  const of = `golang.org/toolchain ${toolchainVersion(toolchain, '')}`
  const kinds = sums
    .split('\n')
    .flatMap((line) => (line.startsWith(of) ? (/^[\w-]+(?= h1:)/.exec(line.slice(of.length)) ?? []) : []))
  return { version, go, toolchain, kinds }
}

/** The version under which the module proxy keeps a Go for a kind of machine. */
export function toolchainVersion(go: string, kind: string): string {
  return `v0.0.1-go${go}.${kind}`
}

/** What this machine has. */
export function thisMachine(): Machine {
  return { program: onPath('livekit-server'), kept: wholeLiveKit(), go: goVersion(), kind: kindOfMachine() }
}

/** What this machine is, as Go names it. */
export function kindOfMachine(): string {
  return `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`
}

/** Where the LiveKit server of this version and machine is kept once it is built. */
export function keptLiveKit(folder = join(repository, '.cache/livekit')): string {
  const name = `${pinnedLiveKit().version}-${process.platform}-${process.arch}`
  const file = process.platform === 'win32' ? 'livekit-server.exe' : 'livekit-server'
  return join(folder, name, file)
}

/** The one that is kept, where it runs: a disk that was full, or a machine that went out, may have left a part of it. */
export function wholeLiveKit(folder?: string): string | null {
  const kept = keptLiveKit(folder)
  return existsSync(kept) && isWhole(kept) ? kept : null
}

/** Whether a program runs, and is the LiveKit server that is pinned. */
export function isWhole(program: string): boolean {
  const { stdout } = spawnSync(program, ['--version'], { encoding: 'utf8', timeout: answersWithinMs })
  return stdout?.trim() === `livekit-server version ${pinnedLiveKit().version}`
}

function onPath(name: string): string | null {
  const file = process.platform === 'win32' ? `${name}.exe` : name
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean)
  return folders.map((folder) => join(folder, file)).find(executable) ?? null
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function goVersion(): string | null {
  // Asked outside of any module: there it could answer for a toolchain that it would have to fetch.
  const { status, stdout } = spawnSync('go', ['env', 'GOVERSION'], {
    ...{ cwd: tmpdir(), encoding: 'utf8', env: { ...process.env, GOTOOLCHAIN: 'local' } },
  })
  return status === 0 ? (/^go(\d[\w.]*)/.exec(stdout)?.[1] ?? null) : null
}
