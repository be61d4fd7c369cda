import { randomUUID } from 'node:crypto'
import { Hono } from 'hono'
import * as z from 'zod/mini'
import { secretOf } from '../../durable-objects/env.ts'
import { JoinCode, LinkEnd } from '../../protocol/api.ts'
import {
  answerInvitation,
  answerMailedInvitation,
  Invitation,
  inviteToMeeting,
  listInvitations,
  withdrawInvitation,
} from '../../protocol/endpoints/meeting-ways.ts'
import { Uuid } from '../../protocol/ids.ts'
import { limits } from '../../protocol/limits.ts'
import { codeFor, codeHash } from '../codes.ts'
import { placeOf } from '../cursor.ts'
import { linkOver } from '../entrance.ts'
import type { App, Env } from '../env.ts'
import { pageFrom } from '../list.ts'
import { hostsAlone, noSuchMeeting } from '../meeting-entry.ts'
import { seenMeeting, shownMeeting } from '../meeting-list.ts'
import { mailOrigin, mailSoon } from '../meeting-mail.ts'
import { tellInvited } from '../meeting-news.ts'
import { meetingObject } from '../objects.ts'
import { ProblemError } from '../problem.ts'
import { serve } from '../serve.ts'
import { asService, dataOf } from '../supabase.ts'

const Made = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('invited'), title: z.string(), people: z.array(Uuid) }),
  z.object({ outcome: z.enum(['over', 'too_many', 'forbidden', 'unknown']) }),
])

const Withdrawn = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('withdrawn'), link: z.nullable(Uuid), person: z.nullable(Uuid), title: z.string() }),
  z.object({ outcome: z.enum(['none', 'forbidden', 'unknown']) }),
])

const Answered = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('link_over'), reason: LinkEnd }),
  z.object({ outcome: z.enum(['answered', 'over', 'unknown']) }),
])

const Place = z.tuple([z.int(), Uuid])

/** Invitations to meetings, of people and of e-mail addresses. */
export const invitations = new Hono<App>()

serve(invitations, inviteToMeeting, async ({ c, session, params: { meeting }, body }) => {
  const me = session.me.person.id
  const emails = body.emails.map((email) => {
    const id = randomUUID()
    return { id, email, codeHash: codeHash(codeFor(id, secretOf(c.env))) }
  })
  const answer = await asService(c.env).rpc('invite_to_meeting', {
    ...{ p_meeting: meeting, p_by: me, p_people: body.people, p_emails: emails, p_message: body.message },
    ...mailOrigin(c),
  })
  const made = Made.parse(dataOf(answer))
  switch (made.outcome) {
    case 'invited': {
      mailSoon(c, meeting)
      tellInvited(c, made.people, { news: 'invited', meeting, title: made.title })
      const { items } = await page(c.env, meeting, me, limits.meetingInvitations, null)
      return [200, { items }]
    }
    case 'over':
      throw meetingOver()
    case 'too_many':
      throw new ProblemError('too_many', `A meeting invites at most ${limits.meetingInvitations}.`)
    case 'forbidden':
      throw hostsAlone()
    case 'unknown':
      throw noSuchMeeting()
  }
})

serve(invitations, listInvitations, async ({ c, session, params: { meeting }, query }) => {
  const after = placeOf(query.cursor, Place)
  return [200, await page(c.env, meeting, session.me.person.id, query.limit, after)]
})

serve(invitations, withdrawInvitation, async ({ c, session, params: { meeting, invitation } }) => {
  const me = session.me.person.id
  const answer = await asService(c.env).rpc('withdraw_invitation', {
    ...{ p_meeting: meeting, p_by: me, p_invitation: invitation, ...mailOrigin(c) },
  })
  const withdrawn = Withdrawn.parse(dataOf(answer))
  switch (withdrawn.outcome) {
    case 'withdrawn': {
      if (withdrawn.link) await meetingObject(c.env, meeting).linkOver(withdrawn.link)
      mailSoon(c, meeting)
      const people = withdrawn.person === null ? [] : [withdrawn.person]
      tellInvited(c, people, { news: 'withdrawn', meeting, title: withdrawn.title })
      return [204]
    }
    case 'none':
      throw new ProblemError('not_found', 'This meeting has no such invitation.')
    case 'forbidden':
      throw hostsAlone()
    case 'unknown':
      throw noSuchMeeting()
  }
})

serve(invitations, answerInvitation, async ({ c, session, params: { meeting }, body }) => {
  const me = session.me.person.id
  const answer = await asService(c.env).rpc('answer_invitation', {
    ...{ p_meeting: meeting, p_person: me, p_answer: body.answer },
  })
  take(Answered.parse(dataOf(answer)))
  const seen = await seenMeeting(c.env, meeting, me)
  // What waits for an answer is less by one, on all their devices.
  tellInvited(c, [me], { news: 'answered', meeting, title: seen.title })
  return [200, shownMeeting(c, seen)]
})

serve(invitations, answerMailedInvitation, async ({ c, params, body }) => {
  const code = JoinCode.safeParse(params.code)
  if (!code.success) throw notInvited()
  const answer = await asService(c.env).rpc('answer_mailed_invitation', {
    ...{ p_code_hash: codeHash(code.data), p_answer: body.answer },
  })
  take(Answered.parse(dataOf(answer)))
  return [204]
})

function take(answered: z.infer<typeof Answered>): void {
  switch (answered.outcome) {
    case 'answered':
      return
    case 'link_over':
      throw linkOver(answered.reason)
    case 'over':
      throw meetingOver()
    case 'unknown':
      throw notInvited()
  }
}

async function page(env: Env, meeting: string, person: string, limit: number, after: z.infer<typeof Place> | null) {
  const answer = await asService(env).rpc('invitations_of', {
    ...{ p_meeting: meeting, p_by: person, p_limit: limit, p_after: after },
  })
  if (answer.data === null && !answer.error) {
    await seenMeeting(env, meeting, person)
    throw hostsAlone()
  }
  return pageFrom(dataOf(answer), Invitation)
}

function meetingOver(): ProblemError {
  return new ProblemError('conflict', 'This meeting is over.')
}

function notInvited(): ProblemError {
  return new ProblemError('not_found', 'There is no such invitation.')
}
