import { join } from 'node:path'
import { type BuildOptions, build, stop } from 'esbuild'
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare, type V4WorkerOptions } from 'miniflare'
import { taken } from './ports.ts'
import { repository } from './settings.ts'

/** Where the worker listens, what it is told (the secrets of wrangler.toml), and where its objects keep their storage. */
export type WorkerOptions = {
  port: number
  objectsDir: string
  secrets: Record<string, string>
  /** The folder with the built page, served beside the API; null for the API alone. */
  page: string | null
  onLog: (line: string) => void
}

/** The worker with its objects on workerd. `reload` runs another build; sockets are closed, storage stays. */
export type Worker = { url: string; reload(script: string): Promise<void>; stop(): Promise<void> }

/** How worker/index.ts becomes one script, as wrangler makes it. */
export const bundle = {
  absWorkingDir: repository,
  entryPoints: ['worker/index.ts'],
  outfile: 'dist/worker/index.js',
  bundle: true,
  format: 'esm',
  target: 'es2024',
  conditions: ['workerd', 'worker', 'browser'],
  external: ['cloudflare:*', 'node:*'],
  sourcemap: 'inline',
  write: false,
  logLevel: 'silent',
} satisfies BuildOptions

/** Often enough that a mail that could not be sent is not waited for. */
const choresEveryMs = 60_000

/** Build the worker. */
export async function buildWorker(): Promise<string> {
  const { outputFiles } = await build(bundle)
  // Otherwise its process stays for as long as this one.
  await stop()
  return outputFiles[0]!.text
}

/** Run a build of the worker as wrangler.toml says, directly on workerd. */
export async function startWorker(script: string, options: WorkerOptions): Promise<Worker> {
  // Imported here: loading wrangler takes longer than finding out that a port is taken.
  const { unstable_getMiniflareWorkerOptions } = await import('wrangler')
  const configured = unstable_getMiniflareWorkerOptions(join(repository, 'wrangler.toml')).workerOptions
  // wrangler's type leaves out the source, which is added here.
  const { modulesRules: _, assets, bindings, ...worker } = configured as Partial<V4WorkerOptions>
  const settings = (contents: string) =>
    convertV4MiniflareOptions({
      host: '127.0.0.1',
      port: options.port,
      resourcePersistencePath: options.objectsDir,
      log: new LineLog(options.onLog),
      handleStructuredLogs: ({ level, message }) => options.onLog(`${level}: ${message}`),
      // Miniflare would fetch an example of Cloudflare's facts about a request.
      cf: false,
      telemetry: { enabled: false },
      workers: [
        {
          ...worker,
          ...(options.page && assets ? { assets: { ...assets, directory: options.page } } : {}),
          name: 'parley',
          modules: [{ type: 'ESModule', path: 'index.js', contents }],
          bindings: { ...bindings, ...options.secrets },
        },
      ],
    })
  const miniflare = new Miniflare(settings(script))
  try {
    const url = await miniflare.ready
    const chores = setInterval(() => void doChores(miniflare, options.onLog), choresEveryMs)
    chores.unref()
    return {
      url: url.origin,
      reload: (next) => miniflare.setOptions(settings(next)),
      stop: async () => {
        clearInterval(chores)
        await miniflare.dispose()
      },
    }
  } catch (error) {
    await miniflare.dispose()
    throw (error as { code?: string }).code === 'ERR_ADDRESS_IN_USE' ? taken(options.port, 'PARLEY_PORT') : error
  }
}

/** What Cloudflare does by the triggers of wrangler.toml. */
async function doChores(miniflare: Miniflare, onLog: (line: string) => void): Promise<void> {
  try {
    const worker = await miniflare.getWorker('parley')
    await worker.scheduled()
  } catch (error) {
    onLog(`warn: no chores: ${String(error)}`)
  }
}

class LineLog extends Log {
  readonly #onLog: (line: string) => void

  constructor(onLog: (line: string) => void) {
    super(LogLevel.WARN)
    this.#onLog = onLog
  }

  protected override log(message: string): void {
    this.#onLog(message)
  }
}
