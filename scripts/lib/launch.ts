import { explain } from './report.ts'
import { claim } from './run-state.ts'
import { type Settings, settingsFrom } from './settings.ts'
import { onStop } from './signals.ts'

/** Something that runs until it is told to stop. `look` is called when somebody changed its state from outside. */
export type Running = { look(): void; stop(): Promise<void> }

/**
 * Be the process of a system: claim the data folder, begin, and run until a signal or the end of whoever started this.
 * Everything that goes wrong is one or two lines and exit code 1.
 */
export async function launch(begin: (settings: Settings, signal: AbortSignal) => Promise<Running>): Promise<void> {
  const stopping = new AbortController()
  const told = new Promise<void>((stop) => {
    const onSignal = () => {
      // Asked twice: leave at once; the guard ends the rest.
      if (stopping.signal.aborted) process.exit(130)
      stopping.abort()
      stop()
    }
    onStop(onSignal)
  })
  // The terminal may go before this process has stopped everything.
  process.stdout.on('error', () => {})
  let dataDir = ''
  let giveBack = () => {}
  try {
    const settings = settingsFrom(process.env)
    dataDir = settings.dataDir
    let look = () => {}
    process.on('SIGUSR2', () => look())
    giveBack = claim(dataDir, `http://127.0.0.1:${settings.pagePort}`)
    const running = await begin(settings, stopping.signal)
    look = running.look
    await told
    console.log('\n  Stopping …')
    await running.stop()
    console.log('  Everything is stopped. Your data is kept.')
  } catch (error) {
    if (!stopping.signal.aborted) {
      console.error(`\n${explain(error, dataDir)}`)
      process.exitCode = 1
    }
  } finally {
    giveBack()
    // The channel to the bootstrap would keep this process alive.
    process.channel?.unref()
  }
}
