import type { Context } from 'hono'
import * as z from 'zod/mini'
import { secretOf } from '../durable-objects/env.ts'
import { Uuid } from '../protocol/ids.ts'
import { Plan } from '../protocol/meetings.ts'
import { calendarOf } from './calendar.ts'
import { codeFor } from './codes.ts'
import type { App, Env } from './env.ts'
import { wallClock } from '../protocol/occurrences.ts'
import { type Mail, mails, sendMail } from './mailer.ts'
import { asService, dataOf } from './supabase.ts'
import { warn } from '../durable-objects/log.ts'

const Due = z.object({
  ...{ id: Uuid, news: z.enum(['invited', 'changed', 'cancelled', 'withdrawn']), origin: z.string() },
  ...{ invitation: Uuid, email: z.string(), by: z.string(), message: z.string() },
  meeting: z.object({
    ...{ id: Uuid, title: z.string(), description: z.string(), host: z.string() },
    ...{ startsAt: z.nullable(z.number()), plan: z.nullable(Plan), sequence: z.int(), changedAt: z.number() },
  }),
})

/** A mail that is owed to someone who was invited by their address. */
type Due = z.infer<typeof Due>

/** Taken at once: so many are sent, or given up, before anyone else takes them for lost. */
const takenAtOnce = 8

/** What a command that owes mails is told: where their links lead. Where none are sent, none are owed. */
export function mailOrigin(c: Context<App>): { p_origin?: string } {
  return mails(c.env) ? { p_origin: new URL(c.req.url).origin } : {}
}

/** The platform ends what goes on for longer than half a minute after an answer. */
const mailingMs = 20_000

/** Sends what a meeting owes, after the answer. What is not sent by then is sent later. */
export function mailSoon(c: Context<App>, meeting: string): void {
  const sent = sendDueMails(c.env, Date.now() + mailingMs, meeting)
  c.executionCtx.waitUntil(sent.catch((error: unknown) => warn(`mails of meeting ${meeting}: ${String(error)}`)))
}

/**
 * Sends the mails that are due, of one meeting or of all, one after the other until `untilMs`. One that is not taken is due again
 * later, and is logged without the address. Problem: database_away.
 */
export async function sendDueMails(env: Env, untilMs: number, meeting?: string): Promise<void> {
  if (!mails(env)) return
  for (let taken = takenAtOnce; taken === takenAtOnce && Date.now() < untilMs;) {
    const args = { p_limit: takenAtOnce, ...(meeting !== undefined && { p_meeting: meeting }) }
    const due = z.array(Due).parse(dataOf(await asService(env).rpc('take_meeting_mails', args)))
    taken = due.length
    for (const one of due) await sendOne(env, one)
  }
}

async function sendOne(env: Env, due: Due): Promise<void> {
  try {
    await sendMail(env, mailOf(env, due))
  } catch (error) {
    warn(`invitation ${due.invitation} was not mailed: ${String(error)}`)
    return
  }
  const told = await asService(env).rpc('meeting_mails_sent', { p_ids: [due.id] })
  if (told.error) dataOf(told)
}

function mailOf(env: Env, { id, news, origin, invitation, email, by, message, meeting }: Due): Mail {
  const { plan, startsAt } = meeting
  // A subject is one line, and a provider refuses one that is not.
  const title = meeting.title.replaceAll(/\p{Cc}+/gu, ' ').trim() || 'Meeting'
  const url = new URL(`/m/${codeFor(invitation, secretOf(env))}`, origin).href
  const said = {
    invited: `${by} invites you to “${title}”.`,
    changed: `“${title}” is held at another time.`,
    cancelled: `“${title}” is not held.`,
    withdrawn: `You are not invited to “${title}” any more.`,
  }[news]
  const when = plan && startsAt !== null ? wallClock(startsAt, plan.timeZone) : null
  const held = when?.toLocaleString('en-GB', { dateStyle: 'full', timeStyle: 'short' })
  const over = news === 'cancelled' || news === 'withdrawn'
  const lines = [
    said,
    ...(held && !over ? [`${held} (${plan!.timeZone}), ${plan!.minutes} minutes`] : []),
    ...(message && news === 'invited' ? [message] : []),
  ]
  const subjects = { invited: 'Invitation', changed: 'Another time', cancelled: 'Cancelled', withdrawn: 'Cancelled' }
  const file =
    plan &&
    calendarOf({
      ...{ id: meeting.id, title, description: meeting.description, plan, url, cancelled: over },
      ...{ sequence: meeting.sequence, changedAt: meeting.changedAt, madeAt: Date.now() },
      mailed: { to: email, from: addressIn(env.PARLEY_MAIL_FROM!), host: meeting.host },
    })
  const way = over ? '' : `<p><a href="${escaped(url)}">Come to the meeting</a></p>`
  return {
    ...{ id, to: email, subject: `${subjects[news]}: ${title}` },
    text: [...lines, ...(over ? [] : [url])].join('\n\n'),
    html: lines.map((line) => `<p>${escaped(line)}</p>`).join('') + way,
    calendar: file === null ? null : { file, method: over ? 'CANCEL' : 'REQUEST' },
  }
}

/** `Parley <meet@example.org>` or the address alone. */
function addressIn(from: string): string {
  return /<([^>]+)>/.exec(from)?.[1] ?? from
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
