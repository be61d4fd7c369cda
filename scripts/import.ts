import { importChat } from './import/run.ts'
import { options, usage } from './import/options.ts'
import { Advice } from './lib/advice.ts'

/** npm run import -- FILE --room ROOM: a WhatsApp chat export becomes the beginning of a room. */
async function main(args: readonly string[]): Promise<void> {
  if (args.includes('--help') || args.includes('-h')) return console.log(usage)
  console.log(await importChat(options(args, process.env), process.env, process.stderr))
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof Advice)) throw error
  console.error(error.message)
  process.exitCode = 1
}
