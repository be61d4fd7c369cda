import { resolve } from 'node:path'
import { Advice } from './advice.ts'

/** Where a local system lives: its data folder, and its ports on 127.0.0.1. */
export type Settings = {
  dataDir: string
  pagePort: number
  supabasePort: number
  postgresPort: number
  /** Whether a new account has to be confirmed by a mail, which lands in the mailbox of this machine. */
  confirmEmail: boolean
}

/** The folder of this repository. */
export const repository = resolve(import.meta.dirname, '../..')

/** The settings that an environment asks for. Throws Advice for a port that is none. */
export function settingsFrom(env: NodeJS.ProcessEnv): Settings {
  return {
    dataDir: resolve(repository, env['PARLEY_DATA_DIR'] ?? '.parley'),
    pagePort: portFrom(env, 'PARLEY_PORT', 8787),
    supabasePort: portFrom(env, 'PARLEY_SUPABASE_PORT', 54321),
    postgresPort: portFrom(env, 'PARLEY_POSTGRES_PORT', 54322),
    confirmEmail: env['PARLEY_CONFIRM_EMAIL'] === '1',
  }
}

function portFrom(env: NodeJS.ProcessEnv, name: string, usual: number): number {
  const text = env[name]
  if (text === undefined || text === '') return usual
  const port = Number(text)
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port
  throw new Advice(`${name} is "${text}": it has to be a port, 1 to 65535.`)
}
