import type { Context } from 'hono'
import type { App } from './env.ts'
import { asService } from './supabase.ts'
import { warn } from '../durable-objects/log.ts'

/** What someone does to their account that an operator may be asked about later. */
type Act = 'password_changed' | 'password_recovered' | 'email_change_asked'

/** Writes into the audit log what someone did to their account. What was done stands, also where this could not be written. */
export async function recordAct(c: Context<App>, person: string, act: Act): Promise<void> {
  const args = { p_person: person, p_action: act }
  const { error } = await asService(c.env).rpc('record_account_act', args).retry(false)
  if (error) warn(`not in the audit log: ${act} of ${person}`)
}
