import { join } from 'node:path'
import { context } from 'esbuild'
import { type Logger, createLogger, createServer } from 'vite'
import { launch } from './lib/launch.ts'
import { freePort } from './lib/ports.ts'
import { terminalReport } from './lib/report.ts'
import { repository } from './lib/settings.ts'
import { keepingSignals } from './lib/signals.ts'
import { startSystem } from './lib/system.ts'
import { bundle } from './lib/worker.ts'

/** npm run dev: as npm start, with the page served hot and the worker run anew at each change of its code. */
await launch(async (settings, signal) => {
  console.log('\n  Starting Parley for development …\n')
  const report = terminalReport()
  const { pagePort } = settings
  const siteUrl = `http://127.0.0.1:${settings.pagePort}`
  const system = await startSystem({ ...settings, siteUrl, pagePort: await freePort(), page: 'none', report, signal })
  const stops = [system.stop]
  const stop = async () => {
    for (const end of stops.splice(0).reverse()) await end()
  }
  try {
    const worker = await watchWorker(system.reloadWorker, report.note)
    stops.push(worker.dispose)
    const page = await report.step('Page with hot reload', () =>
      keepingSignals(() => servePage(pagePort, system.pageUrl)),
    )
    stops.push(page.close)
    console.log(`\n  Parley        http://127.0.0.1:${pagePort}\n  Worker        ${system.pageUrl}`)
    console.log(
      `  Supabase      ${system.supabaseUrl}\n  LiveKit       ${system.livekit()}\n  Data          ${settings.dataDir}\n\n  Ctrl-C stops it.\n`,
    )
    return { look: () => void system.database.resume(), stop }
  } catch (error) {
    await stop()
    throw error
  }
})

async function servePage(port: number, workerUrl: string) {
  const server = await createServer({
    configFile: join(repository, 'vite.config.ts'),
    clearScreen: false,
    customLogger: calmLogger(),
    server: {
      host: '127.0.0.1',
      port,
      strictPort: true,
      // The worker compares Origin with Host, so it has to see the page's own.
      proxy: { '/api': { target: workerUrl, ws: true, changeOrigin: false } },
    },
  })
  return server.listen()
}

// A socket that breaks off is no news: each tab that closes and each new run of the worker ends some.
function calmLogger(): Logger {
  const logger = createLogger('warn', { allowClearScreen: false })
  const { error } = logger
  logger.error = (message, options) => {
    if (!/ws proxy (socket )?error/.test(message)) error(message, options)
  }
  return logger
}

async function watchWorker(reload: (script: string) => Promise<void>, note: (line: string) => void) {
  let first = true
  const watching = await context({
    ...bundle,
    plugins: [
      {
        name: 'reload',
        setup(build) {
          build.onEnd(async ({ errors, outputFiles }) => {
            const [error] = errors
            if (error)
              return note(`The worker was not built: ${error.text} (${error.location?.file}:${error.location?.line})`)
            // The system has just been started with this very build.
            if (!first) {
              await reload(outputFiles![0]!.text)
              note('The worker was built and runs anew.')
            }
            first = false
          })
        },
      },
    ],
  })
  await watching.watch()
  return watching
}
