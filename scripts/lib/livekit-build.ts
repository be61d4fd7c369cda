import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { extname, join } from 'node:path'
import { Advice } from './advice.ts'
import { buildingGo, runGo } from './go.ts'
import { type BuildingGo, isWhole, keptLiveKit, pinnedLiveKit, wholeLiveKit } from './livekit-choice.ts'

/**
 * The LiveKit server that tools/go.mod pins, built by Go where it was not built before; answers its path. go.sum holds the
 * checksum of everything in it. `note` hears what is done and how long it took; `cache` is where it is kept. Throws Advice
 * with Go's own words when it cannot be built.
 */
export async function builtLiveKit(
  which: BuildingGo,
  note: (line: string) => void,
  { signal, cache }: { signal?: AbortSignal | undefined; cache?: string } = {},
): Promise<string> {
  const whole = wholeLiveKit(cache)
  if (whole) return whole
  const { version } = pinnedLiveKit()
  note(`LiveKit ${version} is built, once on this machine. It takes a few minutes.`)
  const started = performance.now()
  const kept = keptLiveKit(cache)
  const folder = join(kept, '..')
  mkdirSync(folder, { recursive: true })
  sweep(folder)
  // Renamed when it is whole, so that half a program is never run. Of two builds at a time the last one wins.
  const building = join(folder, `building-${process.pid}${extname(kept)}`)
  try {
    const go = await buildingGo(which, note, signal)
    const module = 'github.com/livekit/livekit-server/cmd/server'
    const args = ['build', '-mod=readonly', '-trimpath', '-ldflags=-s -w', '-o', building, module]
    const { code, said } = await runGo(go, args, 'tools', signal)
    signal?.throwIfAborted()
    if (code !== 0) throw new Advice(`LiveKit was not built: ${said.slice(-3).join(' ') || `go ended with ${code}`}`)
    if (!isWhole(building)) throw new Advice('LiveKit was built, and does not run on this machine.')
    renameSync(building, kept)
  } finally {
    rmSync(building, { force: true })
  }
  const seconds = Math.round((performance.now() - started) / 1000)
  note(`LiveKit ${version} was built in ${seconds} s (${Math.round(statSync(kept).size / 1e6)} MB).`)
  return kept
}

/** What builds left that were killed. */
function sweep(folder: string): void {
  for (const name of readdirSync(folder)) {
    const [, pid] = /^building-(\d+)/.exec(name) ?? []
    if (pid && !runs(Number(pid))) rmSync(join(folder, name), { force: true })
  }
}

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
