import * as z from 'zod/mini'
import { secretOf } from '../durable-objects/env.ts'
import { Uuid } from '../protocol/ids.ts'
import { calendarOf } from './calendar.ts'
import { codeFor } from './codes.ts'
import type { Env } from './env.ts'
import type { Seen } from './meeting-list.ts'
import { wallClock } from '../protocol/occurrences.ts'
import { type Mail, mails, sendMail } from './mailer.ts'
import { asService, dataOf } from './supabase.ts'

const Invited = z.array(z.object({ id: Uuid, email: z.string(), by: z.string(), message: z.string() }))

/** Someone who was invited by mail. */
export type Invited = z.infer<typeof Invited>[number]

/** Why a mail is sent. */
export type News = 'invited' | 'changed' | 'cancelled' | 'withdrawn'

/** Who hears of a meeting by mail. */
export async function mailedTo(env: Env, meeting: string): Promise<Invited[]> {
  return Invited.parse(dataOf(await asService(env).rpc('mailed_invitations', { p_meeting: meeting })))
}

/** Mails what became of a meeting, one after the other. Who could not be reached is logged, without the address. */
export async function tellByMail(
  env: Env,
  origin: string,
  { news, meeting, people }: { news: News; meeting: Seen; people: readonly Invited[] },
): Promise<void> {
  if (!mails(env)) return
  for (const invited of people) {
    try {
      await sendMail(env, mailOf(env, origin, { news, meeting, invited }))
    } catch (error) {
      console.warn(`invitation ${invited.id} was not mailed: ${String(error)}`)
    }
  }
}

function mailOf(
  env: Env,
  origin: string,
  { news, meeting, invited }: { news: News; meeting: Seen; invited: Invited },
): Mail {
  const { plan, startsAt } = meeting
  // A subject is one line, and a provider refuses one that is not.
  const title = meeting.title.replaceAll(/\p{Cc}+/gu, ' ').trim() || 'Meeting'
  const url = new URL(`/m/${codeFor(invited.id, secretOf(env))}`, origin).href
  const said = {
    invited: `${invited.by} invites you to “${title}”.`,
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
    ...(invited.message && news === 'invited' ? [invited.message] : []),
  ]
  const subjects = { invited: 'Invitation', changed: 'Another time', cancelled: 'Cancelled', withdrawn: 'Cancelled' }
  const file =
    plan &&
    calendarOf({
      ...{ id: meeting.id, title, description: meeting.description, plan, url, cancelled: over },
      ...{ sequence: meeting.sequence, changedAt: meeting.changedAt, madeAt: Date.now() },
      mailed: { to: invited.email, from: addressIn(env.PARLEY_MAIL_FROM!), host: meeting.host.name },
    })
  const way = over ? '' : `<p><a href="${escaped(url)}">Come to the meeting</a></p>`
  return {
    ...{ to: invited.email, subject: `${subjects[news]}: ${title}` },
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
