import { createHmac } from 'node:crypto'
import { Hono, type Context } from 'hono'
import * as z from 'zod/mini'
import { secretOf } from '../../durable-objects/env.ts'
import { JoinCode, LinkEnd } from '../../protocol/api.ts'
import {
  createMeetingLink,
  enterByMeetingLink,
  listMeetingLinks,
  MeetingLink,
  type MeetingPreview,
  previewMeetingLink,
  revokeMeetingLink,
} from '../../protocol/endpoints/meeting-ways.ts'
import { TimeMs, Uuid } from '../../protocol/ids.ts'
import { limits } from '../../protocol/limits.ts'
import { codeFor, codeHash } from '../codes.ts'
import { linkOver, sealed, tried } from '../entrance.ts'
import type { App } from '../env.ts'
import { cameTo, welcomeGuest } from '../guest.ts'
import { entryOf, hostsAlone, noSuchMeeting, type WayIn } from '../meeting-entry.ts'
import { shownSchedule } from '../meeting-schedule.ts'
import { meetingObject } from '../objects.ts'
import { addressOf } from '../pace.ts'
import { ProblemError } from '../problem.ts'
import { serve } from '../serve.ts'
import { asService, dataOf } from '../supabase.ts'
import type { Session } from '../token.ts'

const Created = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('created'), linkId: Uuid, expiresAt: z.nullable(TimeMs) }),
  z.object({ outcome: z.enum(['too_many', 'forbidden', 'unknown']) }),
])

const Listed = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('listed'), items: z.array(MeetingLink) }),
  z.object({ outcome: z.enum(['forbidden', 'unknown']) }),
])

const Revoked = z.object({ outcome: z.enum(['revoked', 'none', 'forbidden', 'unknown']) })

/** Links into meetings. Postgres keeps only the hash of a code, and of a passcode. */
export const meetingWays = new Hono<App>()

serve(meetingWays, createMeetingLink, async ({ c, session, command, params: { meeting }, body }) => {
  const { entry, passcode, expiresInSeconds = limits.meetingLinkLifeMs / 1_000 } = body
  const code = codeFor(command, secretOf(c.env))
  const answer = await asService(c.env).rpc('create_meeting_link', {
    ...{ p_command: command, p_meeting: meeting, p_by: session.me.person.id },
    ...{ p_code_hash: codeHash(code), p_entry: entry },
    ...(expiresInSeconds !== null && { p_expires_at_ms: Date.now() + expiresInSeconds * 1_000 }),
    ...(passcode !== undefined && { p_passcode: await sealed(passcode) }),
  })
  const made = Created.parse(dataOf(answer))
  switch (made.outcome) {
    case 'created': {
      const url = new URL(`/m/${code}`, c.req.url).href
      return [201, { id: made.linkId, code, url, expiresAt: made.expiresAt }]
    }
    case 'too_many':
      throw new ProblemError('too_many', `A meeting has at most ${limits.meetingLinks} links. Withdraw one first.`)
    case 'forbidden':
      throw hostsAlone()
    case 'unknown':
      throw noSuchMeeting()
  }
})

serve(meetingWays, listMeetingLinks, async ({ c, session, params: { meeting } }) => {
  const answer = await asService(c.env).rpc('meeting_links_of', { p_meeting: meeting, p_by: session.me.person.id })
  const listed = Listed.parse(dataOf(answer))
  switch (listed.outcome) {
    case 'listed':
      return [200, { items: listed.items }]
    case 'forbidden':
      throw hostsAlone()
    case 'unknown':
      throw noSuchMeeting()
  }
})

serve(meetingWays, revokeMeetingLink, async ({ c, session, params: { meeting, link } }) => {
  const answer = await asService(c.env).rpc('revoke_meeting_link', {
    ...{ p_meeting: meeting, p_by: session.me.person.id, p_link_id: link },
  })
  switch (Revoked.parse(dataOf(answer)).outcome) {
    case 'revoked':
      await meetingObject(c.env, meeting).linkOver(link)
      return [204]
    case 'none':
      throw new ProblemError('not_found', 'This meeting has no such link.')
    case 'forbidden':
      throw hostsAlone()
    case 'unknown':
      throw noSuchMeeting()
  }
})

serve(meetingWays, previewMeetingLink, async ({ c, session, params }) => {
  const { facts, link, right } = await opened(c, session, params.code)
  const { id, title, media, status, plan, startsAt } = facts
  const shown = { meeting: id, title, media, status, invitedBy: link.by, entry: link.entry, passcode: link.passcode }
  const schedule = plan && startsAt !== null ? shownSchedule(plan, startsAt) : null
  return [200, { ...shown, schedule, me: comesAs(right, session), invitation: link.invitation }]
})

serve(meetingWays, enterByMeetingLink, async ({ c, session, params, body }) => {
  const { facts, link, right } = await opened(c, session, params.code)
  if (right === 'none' && !session) throw new ProblemError('sign_in', 'Whoever comes by this link is signed in.')
  if (right === 'none') throw new ProblemError('forbidden', 'This link is for members of the room alone.')
  const before = await cameTo(c, facts.id)
  const name = body.name ?? before?.entrant.name
  if (name === undefined) {
    const errors = [{ field: 'name', message: 'is how you are called in the meeting' }]
    throw new ProblemError('invalid_request', 'Say your name.', { errors })
  }
  if (right === 'stranger' && link.passcode) await guess(c, session, link.id, body.passcode)
  const entrant = session && before ? before.entrant : await welcomeGuest(c, facts.id, name)
  const meeting = meetingObject(c.env, facts.id)
  const first = (await meeting.standingOf(entrant.id)) === null
  const entered = await meeting.enter(entrant, right, facts, link.id)
  // Asked once they have come: whoever withdraws it from here on finds them waiting.
  const used = await asService(c.env).rpc('use_meeting_link', { p_link_id: link.id, p_first: first })
  if (used.error) dataOf(used)
  const over = z.nullable(LinkEnd).parse(used.data)
  if (over !== null) {
    await meeting.linkOver(link.id)
    throw linkOver(over)
  }
  return [200, { meeting: facts.id, me: entrant.id, ...entered }]
})

/** What a link opens to whoever holds it. Problems: not_found, link_over. */
async function opened(
  c: Context<App>,
  session: Session | null,
  given: string,
): Promise<WayIn & { link: NonNullable<WayIn['link']> }> {
  const code = JoinCode.safeParse(given)
  const person = session?.me.person.id ?? null
  const way = code.success ? await entryOf(c.env, { person, code: code.data }) : null
  if (!way?.link) throw new ProblemError('not_found', 'There is no such link. Check that it was copied whole.')
  if (way.link.over !== null) throw linkOver(way.link.over)
  return { ...way, link: way.link }
}

function comesAs(right: WayIn['right'], session: Session | null): MeetingPreview['me'] {
  switch (right) {
    case 'host':
    case 'cohost':
    case 'member':
      return 'member'
    case 'invited':
      return 'person'
    case 'stranger':
      return session ? 'person' : 'guest'
    case 'none':
      return session ? 'not_a_member' : 'sign_in'
  }
}

/** Problems: passcode_needed, wrong_passcode, slow_down. */
async function guess(
  c: Context<App>,
  session: Session | null,
  link: string,
  passcode: string | undefined,
): Promise<void> {
  if (passcode === undefined) throw new ProblemError('passcode_needed', 'Whoever sent you here knows it.')
  const service = asService(c.env)
  // Who has no account could come as another guest each time: their address is what stays. It is kept as a hash alone.
  const address = () =>
    createHmac('sha256', secretOf(c.env))
      .update(`parley:guesser ${addressOf(c)}`)
      .digest('hex')
  const guesser = session?.me.person.id ?? address()
  await tried(passcode, await service.rpc('meeting_passcode_salt', { p_link_id: link }), (hash) =>
    service.rpc('try_meeting_passcode', { p_link_id: link, p_guesser: guesser, p_hash: hash }),
  )
}
