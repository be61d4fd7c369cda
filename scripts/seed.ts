import postgres from 'postgres'
import { Advice } from './lib/advice.ts'
import { launchCommand } from './lib/command.ts'
import { databaseUrl } from './lib/database-url.ts'
import { options, usage } from './seed/options.ts'
import { accountOf, seed } from './seed/run.ts'

/** npm run seed -- [--people N --rooms N --messages N]: fill the local database with a town that talks. */
await launchCommand(async (args) => {
  if (args.includes('--help') || args.includes('-h')) return console.log(usage)
  const { add, url, guestEmail, ...size } = options(args)
  const sql = postgres(url ?? databaseUrl(process.env, 'npm run seed -- --url postgres://…'), {
    max: 1,
    onnotice: () => {},
  })
  try {
    const guest = guestEmail === null ? {} : { guest: await accountOf(sql, guestEmail) }
    console.log(await seed(sql, { ...size, ...guest }, add, process.stderr))
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : ''
    if (code === 'ECONNREFUSED') throw new Advice('The database does not answer: start it with npm start.')
    throw error
  } finally {
    await sql.end()
  }
})
