import { Advice } from './advice.ts'

/** Run a command with its arguments. What the person can put right is said without a stack, and the exit code is 1. */
export async function launchCommand(command: (args: string[]) => Promise<void>): Promise<void> {
  try {
    await command(process.argv.slice(2))
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    // What parseArgs says of an unknown option is advice, too.
    if (!(error instanceof Advice) && !code.startsWith('ERR_PARSE_ARGS')) throw error
    console.error((error as Error).message)
    process.exitCode = 1
  }
}
