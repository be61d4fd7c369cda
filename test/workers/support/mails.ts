import { eventually } from './objects.ts'
import { bindings } from './database.ts'

/** A mail as the mailbox of this machine keeps it. */
export interface Mail {
  id: string
  to: string
  subject: string
  html: string
  link: string | null
  code: string | null
  calendar: string | null
}

/** What was mailed to an address, the newest first. */
export async function mailsTo(address: string): Promise<Mail[]> {
  const answer = await fetch(`${bindings.SUPABASE_URL}/mailbox.json`)
  const { mails } = await answer.json<{ mails: Mail[] }>()
  return mails.filter(({ to }) => to === address)
}

/** The newest mail to an address once there are so many: they are sent after the request that asked for them. */
export async function mailTo(address: string, count = 1): Promise<Mail> {
  let mails: Mail[] = []
  await eventually(async () => (mails = await mailsTo(address)).length >= count)
  return mails[0]!
}

/** What the page behind a mail's link sends. */
export function proofIn({ link }: Mail): { tokenHash: string; type: string } {
  const { searchParams } = new URL(link!)
  return { tokenHash: searchParams.get('token_hash')!, type: searchParams.get('type')! }
}

/** Whether new accounts are confirmed by mail. */
export async function confirmation(state: 'on' | 'off'): Promise<void> {
  await fetch(`${bindings.SUPABASE_URL}/confirmation/${state}`, { method: 'PUT' })
}
