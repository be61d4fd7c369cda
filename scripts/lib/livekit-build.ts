import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Advice } from './advice.ts'
import { pinnedLiveKit } from './livekit-choice.ts'
import { repository } from './settings.ts'

/** Where the LiveKit server of this version and machine is kept once it is built. */
export function keptLiveKit(): string {
  const name = `${pinnedLiveKit().version}-${process.platform}-${process.arch}`
  const file = process.platform === 'win32' ? 'livekit-server.exe' : 'livekit-server'
  return join(repository, '.cache/livekit', name, file)
}

/**
 * The LiveKit server that tools/go.mod pins, built by Go where it was not built before; answers its path. go.sum holds the
 * checksum of everything in it. `fetchGo` has an older Go fetch the one that is needed; `note` hears what is done and how
 * long it took. Throws Advice with Go's own words when it cannot be built.
 */
export async function builtLiveKit(
  { fetchGo }: { fetchGo: boolean },
  note: (line: string) => void,
  signal?: AbortSignal,
): Promise<string> {
  const kept = keptLiveKit()
  if (existsSync(kept)) return kept
  const { version, go } = pinnedLiveKit()
  note(`LiveKit ${version} is built, once on this machine. It takes a few minutes.`)
  const started = performance.now()
  const folder = join(kept, '..')
  mkdirSync(folder, { recursive: true })
  // Renamed when it is whole, so that half a program is never run. Of two builds at a time the last one wins.
  const building = join(folder, `building-${process.pid}`)
  try {
    const { code, said } = await goBuild(building, fetchGo ? `go${go}+auto` : undefined, signal)
    signal?.throwIfAborted()
    if (code !== 0) {
      const old = fetchGo ? `This Go is too old, and it could not fetch Go ${go}. ` : ''
      throw new Advice(`${old}LiveKit was not built: ${said.slice(-3).join(' ') || `go ended with ${code}`}`)
    }
    renameSync(building, kept)
  } finally {
    rmSync(building, { force: true })
  }
  const seconds = Math.round((performance.now() - started) / 1000)
  note(`LiveKit ${version} was built in ${seconds} s (${Math.round(statSync(kept).size / 1e6)} MB).`)
  return kept
}

async function goBuild(output: string, toolchain: string | undefined, signal: AbortSignal | undefined) {
  const module = 'github.com/livekit/livekit-server/cmd/server'
  const args = ['build', '-mod=readonly', '-trimpath', '-ldflags=-s -w', '-o', output, module]
  const child = spawn('go', args, {
    cwd: join(repository, 'tools'),
    // The chat is used meanwhile. Without C it needs no compiler for it, and runs on any Linux.
    env: { ...process.env, CGO_ENABLED: '0', ...(toolchain && { GOTOOLCHAIN: toolchain }) },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  // Told to stop, Go ends its compilers and removes what they wrote.
  const stop = () => child.kill('SIGINT')
  signal?.addEventListener('abort', stop, { once: true })
  const said: string[] = []
  createInterface({ input: child.stderr }).on('line', (line) => said.push(line))
  try {
    const code = await new Promise<number | null>((closed, failed) => {
      child.once('close', closed).once('error', failed)
      if (signal?.aborted) stop()
    })
    return { code, said }
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}
