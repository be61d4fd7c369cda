import * as z from 'zod/mini'
import type { MeetingFacts, Right } from '../durable-objects/between.ts'
import { LinkEnd } from '../protocol/api.ts'
import { Media } from '../protocol/events.ts'
import { Uuid } from '../protocol/ids.ts'
import { Entry, InvitationStanding, Lobby, MeetingStatus, Plan } from '../protocol/meetings.ts'
import { codeHash } from './codes.ts'
import type { Env } from './env.ts'
import { ProblemError } from './problem.ts'
import { asService, dataOf } from './supabase.ts'

const time = z.nullable(z.number())

/** What Postgres says of a meeting, as its object keeps it. */
export const Facts: z.ZodMiniType<MeetingFacts> = z.object({
  ...{ id: Uuid, room: Uuid, host: Uuid, title: z.string(), media: Media, status: MeetingStatus },
  ...{ startsAt: time, startedAt: time, lobby: Lobby, capacity: z.int(), mayRecord: z.enum(['hosts', 'members']) },
  ...{ plan: z.nullable(Plan), session: z.int() },
})

const Answer = z.object({
  facts: z.nullable(Facts),
  right: z.enum(['host', 'cohost', 'member', 'invited', 'stranger', 'none']),
  link: z.nullable(
    z.object({
      ...{ id: Uuid, entry: Entry, passcode: z.boolean(), over: z.nullable(LinkEnd), by: z.nullable(z.string()) },
      invitation: z.nullable(InvitationStanding),
    }),
  ),
})

/** Who comes to a meeting, and by which right. `none`: there is one, and they may not come as who they are. */
export interface WayIn {
  facts: MeetingFacts
  right: Right | 'none'
  link: z.infer<typeof Answer>['link']
}

/**
 * By which right someone comes to a meeting: by themself, or by a link (its code), which also says which meeting it is. Null:
 * there is no such meeting for them. Problem: database_away.
 */
export async function entryOf(
  env: Env,
  by: { meeting?: string; person: string | null; code?: string },
): Promise<WayIn | null> {
  const answer = await asService(env).rpc('meeting_entry', {
    // The generated types know no null here.
    ...{ p_meeting: (by.meeting ?? null) as string, p_person: by.person as string },
    ...(by.code !== undefined && { p_code_hash: codeHash(by.code) }),
  })
  const { facts, right, link } = Answer.parse(dataOf(answer))
  return facts && { facts, right, link }
}

export function noSuchMeeting(): ProblemError {
  return new ProblemError('not_found', 'There is no such meeting, or it is none of yours.')
}

export function hostsAlone(): ProblemError {
  return new ProblemError('forbidden', 'Only those who run this meeting do this.')
}
