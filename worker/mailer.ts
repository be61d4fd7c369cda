import type { Env } from './env.ts'
import { limitedFetch } from './supabase.ts'

export interface Mail {
  /** Sent twice under one id it is delivered once, where the provider looks at it. */
  id: string
  to: string
  subject: string
  text: string
  html: string
  /** For calendars: the file, and what is asked of them. */
  calendar: { file: string; method: 'REQUEST' | 'CANCEL' } | null
}

/** Whether this Parley mails invitations at all. */
export function mails(env: Env): boolean {
  return Boolean(env.PARLEY_MAIL_URL && env.PARLEY_MAIL_KEY && env.PARLEY_MAIL_FROM)
}

/** Sends a mail through an HTTP provider whose API is like Resend's; on one's own machine that is the mailbox. Throws when it was not taken. */
export async function sendMail(env: Env, { id, to, subject, text, html, calendar }: Mail): Promise<void> {
  const attachment = calendar && {
    filename: 'meeting.ics',
    content: Buffer.from(calendar.file).toString('base64'),
    content_type: `text/calendar; charset=utf-8; method=${calendar.method}`,
  }
  const answer = await limitedFetch(env.PARLEY_MAIL_URL!, {
    method: 'POST',
    headers: {
      ...{ authorization: `Bearer ${env.PARLEY_MAIL_KEY}`, 'content-type': 'application/json' },
      'idempotency-key': id,
    },
    body: JSON.stringify({
      ...{ from: env.PARLEY_MAIL_FROM, to: [to], subject, text, html },
      ...(attachment && { attachments: [attachment] }),
    }),
  })
  if (!answer.ok) throw new Error(`the mail provider answered ${answer.status}`)
}
