import type { Env } from './env.ts'
import { sendDueMails } from './meeting-mail.ts'
import { asService, dataOf } from './supabase.ts'

/** Rows of a kind that are swept at once. */
const sweptAtOnce = 1_000

/** For how long mails are sent before the rest waits for the next round. */
const mailingMs = 60_000

/** What is done every few minutes, whoever is there: mails that could not be sent, and rows whose time is over. */
export async function doChores(env: Env): Promise<void> {
  await Promise.all([chore('mails', sendDueMails(env, Date.now() + mailingMs)), chore('the sweep', sweep(env))])
}

async function sweep(env: Env): Promise<void> {
  dataOf(await asService(env).schema('public').rpc('sweep_ephemeral', { p_batch: sweptAtOnce }))
}

/** One that fails does not hold up the others, and has another try in the next round. */
async function chore(name: string, work: Promise<void>): Promise<void> {
  try {
    await work
  } catch (error) {
    console.warn(`${name}: ${String(error)}`)
  }
}
