import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import * as z from 'zod/mini'
import { requiredSecrets, WorkerSettings } from '../../protocol/settings.ts'
import { Advice } from '../lib/advice.ts'
import { wrangler } from './wrangler.ts'

const Listed = z.array(z.object({ name: z.string() }))

/**
 * Does something with a file of the secrets that the deployed worker lacks: asked for in this terminal, or taken from the
 * environment. PARLEY_SECRET is made here. The file is for this user alone and goes afterwards; null: nothing is missing.
 */
export async function withMissingSecrets<T>(work: (file: string | null) => Promise<T>): Promise<T> {
  const missing = await missingSecrets()
  if (missing.length === 0) return await work(null)
  const folder = mkdtempSync(join(tmpdir(), 'parley-secrets-'))
  try {
    const secrets: Record<string, string> = {}
    for (const name of missing) secrets[name] = await secretFor(name)
    const file = join(folder, 'secrets.json')
    writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 })
    return await work(file)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function missingSecrets(): Promise<string[]> {
  const known = secretsIn(await wrangler(['secret', 'list', '--format', 'json']))
  return requiredSecrets.filter((name) => !known.includes(name))
}

/** The secrets of the deployed worker by what wrangler said. One that was never deployed has none; of any other nothing is known. */
export function secretsIn({ good, said }: { good: boolean; said: string }): string[] {
  if (good) return z.parse(Listed, JSON.parse(said.slice(said.indexOf('[')))).map(({ name }) => name)
  if (/not found|\b10007\b/i.test(said)) return []
  throw new Advice(`wrangler could not list the worker's secrets:\n${said.trim()}`)
}

async function secretFor(name: string): Promise<string> {
  const shape = WorkerSettings.shape[name as keyof typeof WorkerSettings.shape]
  // Once made it stays: another one would make a conflict of every retry.
  const given = process.env[name] ?? (name === 'PARLEY_SECRET' ? randomBytes(32).toString('hex') : await asked(name))
  const read = z.safeParse(shape, given)
  if (!read.success) throw new Advice(`${name} has to be ${read.error.issues[0]?.message ?? 'set'}.`)
  return given
}

async function asked(name: string): Promise<string> {
  if (!process.stdin.isTTY)
    throw new Advice(`The worker lacks ${name}: set it in the environment, or run this in a terminal.`)
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  try {
    return (await terminal.question(`  ${name}: `)).trim()
  } finally {
    terminal.close()
  }
}
