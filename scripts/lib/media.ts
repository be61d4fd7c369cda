import { join } from 'node:path'
import { builtLiveKit } from './livekit-build.ts'
import { chooseLiveKit, type LiveKitChoice, pinnedLiveKit, thisMachine } from './livekit-choice.ts'
import { type LiveKit, type LiveKitOptions, startLiveKit } from './livekit.ts'
import type { Keys } from './keys.ts'
import { assertFree, assertFreeUdp } from './ports.ts'
import type { LiveKitSettings } from './settings.ts'

/** What a system carries sound and picture with. `address` is for the person who started it. */
export type Media = {
  /** What the worker is told: nothing where there are no meetings. */
  settings: Record<string, string>
  /** Run it, without waiting: its first build takes minutes, and chat does not need it. */
  run(): void
  address(): string
  close(): Promise<void>
}

/** Where a media server of this machine writes, whom it tells, and who hears of what becomes of it. */
export type MediaOptions = {
  dataDir: string
  keys: Keys
  webhookUrl: string
  onLog: (line: string) => void
  note: (line: string) => void
  /** 10 s, as for Postgres, unless a test has less time. */
  restartAfterMs?: number
}

/**
 * Find out where sound and picture come from. Throws Advice for half the settings of a LiveKit elsewhere, and for a port
 * that is taken.
 */
export async function findMedia(settings: LiveKitSettings, options: MediaOptions): Promise<Media> {
  const choice = chooseLiveKit(settings.given, thisMachine(), pinnedLiveKit())
  switch (choice.kind) {
    case 'given': {
      const { url, apiUrl, apiKey, apiSecret } = choice
      return resting(url, {
        ...{ LIVEKIT_URL: url, LIVEKIT_API_KEY: apiKey, LIVEKIT_API_SECRET: apiSecret },
        ...(apiUrl && { LIVEKIT_API_URL: apiUrl }),
      })
    }
    case 'none':
      return resting(`none. ${choice.why}`, {})
    case 'program':
    case 'build':
      return await localMedia(choice, settings, options)
  }
}

/** What pages say meanwhile. */
const isBuilt =
  'On its first start Parley builds its media server, which takes some minutes. The terminal says when it is there.'

/** No sound and no picture, since nobody asked for them. */
export const noMedia = resting('off', {})

function resting(address: string, settings: Record<string, string>): Media {
  return { settings, run() {}, address: () => address, close: () => Promise.resolve() }
}

async function localMedia(
  choice: Extract<LiveKitChoice, { kind: 'program' | 'build' }>,
  { ports }: LiveKitSettings,
  { dataDir, keys, webhookUrl, onLog, note, restartAfterMs = 10_000 }: MediaOptions,
): Promise<Media> {
  await assertFree(ports.http, 'PARLEY_LIVEKIT_PORT')
  if (ports.tcp > 0) await assertFree(ports.tcp, 'PARLEY_LIVEKIT_TCP_PORT')
  await assertFreeUdp(ports.udp, 'PARLEY_LIVEKIT_UDP_PORT')
  const url = `ws://127.0.0.1:${ports.http}`
  const closing = new AbortController()
  let state: 'building' | 'starting' | 'up' | 'away' = choice.kind === 'build' ? 'building' : 'starting'
  let server: LiveKit | null = null
  let working: Promise<void> = Promise.resolve()
  let retry: NodeJS.Timeout | undefined

  async function start(options: LiveKitOptions, again: boolean): Promise<void> {
    try {
      const started = await startLiveKit(options)
      server = started
      state = 'up'
      if (again || choice.kind === 'build') note('LiveKit is up: calls have sound and picture.')
      void started.ended.then((lines) => {
        server = null
        onEnd(options, `LiveKit stopped by itself: ${lines.at(-1) ?? 'it said nothing'}`)
      })
    } catch (error) {
      onEnd(options, (error as Error).message)
    }
  }

  function onEnd(options: LiveKitOptions, how: string): void {
    if (closing.signal.aborted) return
    state = 'away'
    note(`${how}. It is started again in ${restartAfterMs / 1000} s.`)
    retry = setTimeout(() => (working = start(options, true)), restartAfterMs)
  }

  async function begin(): Promise<void> {
    try {
      const program =
        choice.kind === 'program' ? choice.path : await builtLiveKit(choice.go, note, { signal: closing.signal })
      if (closing.signal.aborted) return
      state = 'starting'
      const { livekitKey: apiKey, livekitSecret: apiSecret } = keys
      const folder = join(dataDir, 'livekit')
      await start({ program, ports, apiKey, apiSecret, webhookUrl, folder, onLog }, false)
    } catch (error) {
      if (closing.signal.aborted) return
      state = 'away'
      note(`${(error as Error).message} Calls have no sound; everything else works.`)
    }
  }

  return {
    settings: {
      ...{ LIVEKIT_URL: url, LIVEKIT_API_KEY: keys.livekitKey, LIVEKIT_API_SECRET: keys.livekitSecret },
      ...(choice.kind === 'build' && { PARLEY_MEDIA_HINT: isBuilt }),
    },
    run: () => (working = begin()),
    address: () => (state === 'building' ? `${url}, when it is built` : state === 'away' ? `${url}, away` : url),
    async close() {
      closing.abort()
      clearTimeout(retry)
      await working
      await server?.stop()
    },
  }
}
