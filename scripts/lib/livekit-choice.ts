import { spawnSync } from 'node:child_process'
import { accessSync, constants, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { missingMedia } from '../../protocol/settings.ts'
import { Advice } from './advice.ts'
import { repository } from './settings.ts'

/** A LiveKit that somebody else runs. `apiUrl` is set where the worker reaches it elsewhere than browsers do. */
export type GivenLiveKit = { kind: 'given'; url: string; apiUrl?: string; apiKey: string; apiSecret: string }

/**
 * Where the LiveKit server of a local system comes from: somebody else runs it, it is on the PATH, Go builds it (with
 * another toolchain where `fetchGo` says so), or there is none, and `why` says what helps.
 */
export type LiveKitChoice =
  | GivenLiveKit
  | { kind: 'program'; path: string }
  | { kind: 'build'; fetchGo: boolean }
  | { kind: 'none'; why: string }

/** What a machine has: the path of a `livekit-server`, and the version of Go, such as `1.26.8`. */
export type Machine = { program: string | null; go: string | null }

/** The LiveKit server that tools/go.mod pins, and the Go that builds it. */
export type PinnedLiveKit = { version: string; go: string }

/** The variables that name a LiveKit; empty ones count as none. */
export type LiveKitVariables = {
  [name in 'LIVEKIT_URL' | 'LIVEKIT_API_URL' | 'LIVEKIT_API_KEY' | 'LIVEKIT_API_SECRET']?: string | undefined
}

/** Which LiveKit to use, the first that is there. Throws Advice where the variables name half of one. */
export function chooseLiveKit(given: LiveKitVariables, machine: Machine, pinned: PinnedLiveKit): LiveKitChoice {
  const missing = missingMedia(given)
  if (missing.length > 0) throw new Advice(`To use a LiveKit that runs elsewhere, set ${missing.join(' and ')} too.`)
  const { LIVEKIT_URL: url, LIVEKIT_API_URL: apiUrl, LIVEKIT_API_KEY: apiKey, LIVEKIT_API_SECRET: apiSecret } = given
  if (url && apiKey && apiSecret) return { kind: 'given', url, ...(apiUrl && { apiUrl }), apiKey, apiSecret }
  if (machine.program) return { kind: 'program', path: machine.program }
  const ways = `Install Go ${pinned.go} or later (https://go.dev/dl), or a livekit-server on the PATH.`
  if (!machine.go) return { kind: 'none', why: ways }
  if (!older(machine.go, pinned.go)) return { kind: 'build', fetchGo: false }
  // Since 1.21 Go fetches a newer one by itself.
  if (!older(machine.go, '1.21')) return { kind: 'build', fetchGo: true }
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

/** What tools/go.mod says. */
export function pinnedLiveKit(): PinnedLiveKit {
  const text = readFileSync(join(repository, 'tools/go.mod'), 'utf8')
  const [, version] = /^\s*github\.com\/livekit\/livekit-server v(\S+)/m.exec(text) ?? []
  const [, go] = /^go (\S+)/m.exec(text) ?? []
  if (!version || !go) throw new Error('tools/go.mod names no livekit-server, or no Go')
  return { version, go }
}

/** What this machine has. */
export function thisMachine(): Machine {
  return { program: onPath('livekit-server'), go: goVersion() }
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
