import { spawn } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'

/** The ports of a LiveKit: signalling and its API, media over TCP (0: none), and all media over UDP. */
export type LiveKitPorts = { http: number; tcp: number; udp: number }

/** A program, what it listens on, the one pair of keys it takes, and where it tells what happens in its rooms. */
export type LiveKitOptions = {
  program: string
  ports: LiveKitPorts
  apiKey: string
  apiSecret: string
  webhookUrl: string
  /** Where its configuration is written, which holds the keys. */
  folder: string
  onLog?: (line: string) => void
}

/** A running server. `ended` settles when its process is gone, with the last lines that it wrote. */
export type LiveKit = { pid: number; ended: Promise<string[]>; stop(): Promise<void> }

// 20 s: it is there within one; whoever takes longer than this will not come.
const readyWithinMs = 20_000

// 200 ms: a first signal has it wait until everyone has gone, a second one has it say good-bye to them; in its first tenth of
// a second it overhears them.
const insistAfterMs = 200

// 5 s: it says good-bye to everyone who is connected.
const stopWithinMs = 5_000

/** Start a LiveKit server; resolves when it answers. */
export async function startLiveKit(options: LiveKitOptions): Promise<LiveKit> {
  const { program, ports, folder, onLog } = options
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'livekit.json')
  rmSync(file, { force: true })
  // It reads YAML, and JSON is YAML. In a file, since everyone on this machine may read a command line.
  writeFileSync(file, JSON.stringify(configuration(options), null, 2), { mode: 0o600 })
  const server = spawn(program, ['--config', file], { stdio: ['ignore', 'pipe', 'pipe'] })
  const lines: string[] = []
  for (const stream of [server.stdout, server.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line)
      if (lines.length > 40) lines.shift()
      onLog?.(line)
    })
  }
  const failed = new Promise<never>((_, fail) => server.once('error', fail))
  const ended = new Promise<string[]>((settle) =>
    server.once('close', (_code, signal) => settle(signal ? [...lines, `killed by ${signal}`] : lines)),
  )
  const stop = async () => {
    server.kill('SIGTERM')
    const timers = [
      setTimeout(() => server.kill('SIGTERM'), insistAfterMs),
      setTimeout(() => server.kill('SIGKILL'), stopWithinMs),
    ]
    await ended
    for (const timer of timers) clearTimeout(timer)
  }
  const over = new AbortController()
  const early = ended.then((last) => {
    throw new Error(`LiveKit did not start: ${last.at(-1) ?? 'it said nothing'}`)
  })
  try {
    const there = await Promise.race([answersWithin(readyWithinMs, ports.http, over.signal), failed, early])
    if (there) return { pid: server.pid!, ended, stop }
  } finally {
    over.abort()
    // What the server does later is told by `ended`.
    early.catch(() => {})
  }
  await stop()
  throw new Error(`LiveKit did not answer within ${readyWithinMs / 1000} s: ${lines.at(-1) ?? 'it said nothing'}`)
}

async function answersWithin(ms: number, port: number, over: AbortSignal): Promise<boolean> {
  const deadline = Date.now() + ms
  while (!over.aborted && Date.now() < deadline) {
    if (await answersAt(port)) return true
    await sleep(50)
  }
  return false
}

function configuration({ ports, apiKey, apiSecret, webhookUrl }: LiveKitOptions) {
  return {
    port: ports.http,
    bind_addresses: ['127.0.0.1'],
    rtc: {
      tcp_port: ports.tcp,
      udp_port: ports.udp,
      // Nobody outside this machine is asked for its address, and media stays on it.
      use_external_ip: false,
      node_ip: '127.0.0.1',
      enable_loopback_candidate: true,
      ips: { includes: ['127.0.0.1/32'] },
      stun_servers: [],
    },
    keys: { [apiKey]: apiSecret },
    webhook: { api_key: apiKey, urls: [webhookUrl] },
    // A room is made where someone is admitted to it, and not by whoever holds a token.
    room: { auto_create: false },
    logging: { level: 'info', json: false },
  }
}

async function answersAt(port: number): Promise<boolean> {
  try {
    const { ok } = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(1_000) })
    return ok
  } catch {
    return false
  }
}
