import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { keysOf } from '../../scripts/lib/keys.ts'
import { findMedia } from '../../scripts/lib/media.ts'
import { freePort, freeUdpPort } from '../../scripts/lib/ports.ts'
import { processAt } from '../../scripts/lib/processes.ts'

const given = { LIVEKIT_URL: '', LIVEKIT_API_URL: '', LIVEKIT_API_KEY: '', LIVEKIT_API_SECRET: '' }
const restarted = / It is started again in 0\.001 s\.$/

/** The media of a system in a folder of its own, which nobody has run yet; what it said, by arrival. */
async function media(ports?: { http: number; tcp: number; udp: number }) {
  const dataDir = mkdtempSync(join(tmpdir(), 'parley-media-'))
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }))
  const at = ports ?? { http: await freePort(), tcp: 0, udp: await freeUdpPort() }
  const said: { line: string; address: string }[] = []
  const found = await findMedia(
    { ports: at, given },
    {
      ...{ dataDir, keys: keysOf(dataDir), webhookUrl: 'http://127.0.0.1:9', onLog() {}, restartAfterMs: 1 },
      note: (line) => said.push({ line, address: found.address() }),
    },
  )
  onTestFinished(() => found.close())
  return { found, said, dataDir, ports: at, url: `ws://127.0.0.1:${at.http}` }
}

async function until(check: () => void | Promise<void>): Promise<void> {
  await vi.waitFor(check, 20_000)
}

async function answersAt(port: number): Promise<void> {
  expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200)
}

/** The LiveKit that was started with the configuration in a folder. */
function serverOf(folder: string): number {
  const pids = readdirSync('/proc').map(Number)
  return pids.find((pid) => processAt(pid)?.name === 'livekit-server' && commandOf(pid).includes(folder))!
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

test.runIf(process.platform === 'linux')('a LiveKit that dies is away, and started again', async () => {
  const { found, said, dataDir, ports, url } = await media()
  found.run()
  await until(() => answersAt(ports.http))
  process.kill(serverOf(dataDir), 'SIGKILL')
  await until(() => expect(said).toHaveLength(2))
  const second = serverOf(dataDir)

  process.kill(second, 'SIGKILL')

  await until(() => expect(said).toHaveLength(4))
  expect(said.slice(2)).toEqual([
    { line: 'LiveKit stopped by itself: killed by SIGKILL. It is started again in 0.001 s.', address: `${url}, away` },
    { line: 'LiveKit is up: calls have sound and picture.', address: url },
  ])
  expect(serverOf(dataDir)).not.toBe(second)
  await answersAt(ports.http)
})

test('a LiveKit that cannot start says why, and is tried again until it can', async () => {
  const { found, said, ports } = await media()
  const other = createSocket('udp4')
  other.bind(ports.udp, '127.0.0.1')
  await once(other, 'listening')
  found.run()
  await until(() => expect(said.length).toBeGreaterThan(1)).finally(() => other.close())

  await until(() => expect(said.at(-1)!.line).toBe('LiveKit is up: calls have sound and picture.'))

  for (const { line } of said.slice(0, -1)) {
    expect(line).toMatch(/^LiveKit did not start: .*address already in use/)
    expect(line).toMatch(restarted)
  }
})

test.runIf(process.platform === 'linux')('one that is told to stop stays away', async () => {
  const { found, said, dataDir, ports } = await media()
  found.run()
  await until(() => answersAt(ports.http))

  await found.close()

  expect(serverOf(dataDir)).toBe(undefined)
  expect(said).toEqual([])
})

test.each([
  ['http', 'PARLEY_LIVEKIT_PORT'],
  ['tcp', 'PARLEY_LIVEKIT_TCP_PORT'],
] as const)('a port of it that is taken is named before anything starts: %s', async (which, variable) => {
  const other = createServer()
  onTestFinished(() => void other.close())
  other.listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as { port: number }
  const ports = { http: await freePort(), tcp: 0, udp: await freeUdpPort(), [which]: port }

  await expect(media(ports)).rejects.toThrow(
    `Port ${port} is taken. Stop what uses it, or choose another port:  ${variable}=`,
  )
})

test.runIf(process.platform === 'linux')('it ends with the process that started it, however that ended', async () => {
  const { dataDir, ports } = await media()
  const lib = (name: string) => JSON.stringify(resolve(import.meta.dirname, '../../scripts/lib', `${name}.ts`))
  const script = `
    import { guard } from ${lib('guard')}
    import { keysOf } from ${lib('keys')}
    import { findMedia } from ${lib('media')}
    const dataDir = ${JSON.stringify(dataDir)}
    guard(dataDir + '/postgres')
    const options = { dataDir, keys: keysOf(dataDir), webhookUrl: 'http://127.0.0.1:9', onLog() {}, note() {} }
    const media = await findMedia(${JSON.stringify({ ports, given })}, options)
    media.run()`
  const args = ['--input-type=module-typescript', '--eval', script]
  const child = spawn(process.execPath, args, { stdio: 'ignore' })
  onTestFinished(() => void child.kill('SIGKILL'))
  await until(() => answersAt(ports.http))
  const server = serverOf(dataDir)

  child.kill('SIGKILL')
  await once(child, 'close')

  expect(server).toBeGreaterThan(0)
  await until(() => expect(processAt(server)).toBe(null))
})
