import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { Advice } from './advice.ts'
import { type BuildingGo, kindOfMachine, pinnedLiveKit, toolchainVersion } from './livekit-choice.ts'
import { repository } from './settings.ts'

/** How Go is called, and the variables that it needs. */
export type Go = { command: string; env: NodeJS.ProcessEnv }

// Itself, also where tools/go.mod names a newer one.
const itself: Go = { command: 'go', env: { GOTOOLCHAIN: 'local' } }

/**
 * The Go that builds; `note` hears when one is fetched. Throws Advice with Go's own words when it cannot be.
 */
export async function buildingGo(which: BuildingGo, note: (line: string) => void, signal?: AbortSignal): Promise<Go> {
  if (which === 'own') return itself
  const { toolchain } = pinnedLiveKit()
  note(`This Go is too old for it, so Go ${toolchain} is fetched too (70 MB).`)
  if (which === 'newer') return { command: 'go', env: { GOTOOLCHAIN: `go${toolchain}` } }
  const command = await goOfModule(toolchain, signal)
  return { command, env: { ...itself.env, GOROOT: undefined } }
}

/** What became of a Go that ran in a folder, and what it said. */
export async function runGo(
  { command, env }: Go,
  args: readonly string[],
  folder: string,
  signal?: AbortSignal,
): Promise<{ code: number | null; stdout: string; said: string[] }> {
  const child = spawn(command, args, {
    cwd: join(repository, folder),
    // Without C it needs no compiler for it, and runs on any Linux.
    env: { ...process.env, CGO_ENABLED: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  // Told to stop, Go ends its compilers and removes what they wrote.
  const stop = () => child.kill('SIGINT')
  signal?.addEventListener('abort', stop, { once: true })
  if (signal?.aborted) stop()
  try {
    const closed = once(child, 'close') as Promise<[number | null]>
    const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), closed])
    return { code, stdout, said: stderr.split('\n').filter((line) => line.trim() !== '') }
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}

/** An older Go fetches it as any module, and go.sum holds its checksum; a module's files are no programs until they are made so. */
async function goOfModule(toolchain: string, signal?: AbortSignal): Promise<string> {
  const version = toolchainVersion(toolchain, kindOfMachine())
  const args = ['mod', 'download', '-json', `golang.org/toolchain@${version}`]
  const { code, stdout, said } = await runGo(itself, args, 'tools/toolchain', signal)
  signal?.throwIfAborted()
  const { Dir: folder, Error: error } = JSON.parse(stdout || '{}') as { Dir?: string; Error?: string }
  if (code !== 0 || !folder) throw new Advice(`Go ${toolchain} was not fetched: ${error ?? said.slice(-3).join(' ')}`)
  const command = join(folder, 'bin/go')
  const tools = readdirSync(join(folder, 'pkg/tool'), { recursive: true, withFileTypes: true })
  const programs = tools.filter((tool) => tool.isFile()).map((tool) => join(tool.parentPath, tool.name))
  for (const program of [...programs, command]) chmodSync(program, 0o555)
  return command
}
