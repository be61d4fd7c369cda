import { parseArgs } from 'node:util'
import { type Account, seedDemo } from './demo.ts'
import { launch } from './lib/launch.ts'
import { terminalReport } from './lib/report.ts'
import { type System, startSystem } from './lib/system.ts'

/** npm start [-- --demo]: the whole of Parley on this machine. */
await launch(async (settings, signal) => {
  const { values } = parseArgs({ options: { demo: { type: 'boolean', default: false } } })
  console.log('\n  Starting Parley …\n')
  const report = terminalReport()
  const system = await startSystem({ ...settings, page: 'build', report, signal })
  try {
    const accounts = values.demo ? await report.step('Demo rooms', () => seedDemo(system)) : []
    console.log(table(system, settings.dataDir, accounts))
  } catch (error) {
    await system.stop()
    throw error
  }
  return { look: () => void system.database.resume(), stop: system.stop }
})

function table(system: System, dataDir: string, accounts: Account[]): string {
  const postgresUrl = new URL(system.postgresUrl)
  const rows = [
    ['Parley', system.pageUrl],
    ['Supabase', system.supabaseUrl],
    ['Mailbox', `${system.supabaseUrl}/mailbox`],
    ['Postgres', `${postgresUrl.host} (password in keys.json)`],
    ['LiveKit', system.livekit()],
    ['Data', dataDir],
    ...accounts.map(({ email, password }) => ['Demo account', `${email}  ${password}`]),
  ]
  return ['', ...rows.map(([name = '', value]) => `  ${name.padEnd(14)}${value}`), '', '  Ctrl-C stops it.', ''].join(
    '\n',
  )
}
