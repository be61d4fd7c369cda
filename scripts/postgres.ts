import { setTimeout as sleep } from 'node:timers/promises'
import { Advice } from './lib/advice.ts'
import { hold, release } from './lib/database.ts'
import { postgresStatus, stopPostgres } from './lib/postgres.ts'
import { explain } from './lib/report.ts'
import { runningSystem } from './lib/run-state.ts'
import { settingsFrom } from './lib/settings.ts'
import { postgresDirOf } from './lib/system.ts'

/** npm run postgres -- stop|start|status: take the database of the running system away by hand, and bring it back. */
const { dataDir } = settingsFrom(process.env)
const folder = postgresDirOf(dataDir)

try {
  console.log(await obey(process.argv[2]))
} catch (error) {
  console.error(explain(error, dataDir))
  process.exitCode = 1
}

async function obey(command: string | undefined): Promise<string> {
  switch (command) {
    case 'stop': {
      hold(folder)
      const ran = await stopPostgres(folder)
      return ran ? 'Postgres is stopped, until:  npm run postgres -- start' : 'Postgres does not run.'
    }
    case 'start': {
      release(folder)
      if (postgresStatus(folder).state === 'running') return 'Postgres runs already.'
      const system = runningSystem(dataDir)
      if (!system) throw new Advice('Parley is not running:  npm start  starts it, Postgres included.')
      process.kill(system.pid, 'SIGUSR2')
      await until(() => postgresStatus(folder).state === 'running')
      return 'Postgres runs.'
    }
    case 'status': {
      const status = postgresStatus(folder)
      return status.state === 'running'
        ? `Postgres runs on port ${status.port} (process ${status.pid}).`
        : 'Postgres does not run.'
    }
    default:
      throw new Advice('npm run postgres -- stop | start | status')
  }
}

async function until(ready: () => boolean): Promise<void> {
  const deadline = Date.now() + 30_000
  while (!ready()) {
    if (Date.now() > deadline)
      throw new Advice('Postgres did not start within 30 s: see logs/postgres.log in the data folder.')
    await sleep(100)
  }
}
