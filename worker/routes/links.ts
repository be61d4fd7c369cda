import { Hono } from 'hono'
import * as z from 'zod/mini'
import { secretOf } from '../../durable-objects/env.ts'
import { JoinCode, LinkEnd, type LinkPreview } from '../../protocol/api.ts'
import {
  clearPasscode,
  createLink,
  joinByLink,
  ListedLink,
  listLinks,
  previewLink,
  revokeLink,
  setPasscode,
} from '../../protocol/endpoints/links.ts'
import { TimeMs, Uuid } from '../../protocol/ids.ts'
import { limits } from '../../protocol/limits.ts'
import { placeOf } from '../cursor.ts'
import { codeFor, codeHash } from '../codes.ts'
import { comeIn, linkOver, sealed } from '../entrance.ts'
import type { App, Env } from '../env.ts'
import { pageFrom } from '../list.ts'
import { ProblemError } from '../problem.ts'
import { forbiddenIn } from '../room-problems.ts'
import { serve } from '../serve.ts'
import { sessionOf } from '../session.ts'
import { asService, dataOf } from '../supabase.ts'

const Created = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('created'), linkId: Uuid, expiresAt: z.nullable(TimeMs) }),
  z.object({ outcome: z.enum(['forbidden', 'too_many']) }),
])

const Preview = z.discriminatedUnion('outcome', [
  z.object({
    outcome: z.literal('open'),
    roomId: Uuid,
    roomName: z.string(),
    memberCount: z.int(),
    invitedBy: z.nullable(z.string()),
    member: z.boolean(),
    passcode: z.boolean(),
    approval: z.boolean(),
  }),
  z.object({ outcome: z.literal('over'), reason: LinkEnd }),
  z.object({ outcome: z.literal('unknown') }),
])

const Outcome = z.object({ outcome: z.string() })

/** Join links. Postgres keeps only the hash of a code, and of a passcode. */
export const links = new Hono<App>()

serve(links, createLink, async ({ c, session, command, params: { room }, body }) => {
  const { expiresInSeconds = limits.linkLifeMs / 1_000, maxUses } = body
  const me = session.me.person.id
  const code = codeFor(command, secretOf(c.env))
  const expiresAt = expiresInSeconds === null ? null : Date.now() + expiresInSeconds * 1_000
  const answer = await asService(c.env).rpc('create_join_link', {
    ...{ p_command: command, p_room_id: room, p_person: me, p_code_hash: codeHash(code) },
    // The generated types know no null here.
    p_expires_at_ms: expiresAt as number,
    ...(maxUses !== undefined && { p_max_uses: maxUses }),
  })
  const made = Created.parse(dataOf(answer))
  switch (made.outcome) {
    case 'created':
      return [201, { id: made.linkId, code, url: new URL(`/j/${code}`, c.req.url).href, expiresAt: made.expiresAt }]
    case 'forbidden':
      throw await forbiddenIn(c.env, room, me, 'Only owners and admins of a group can make its join links.')
    case 'too_many':
      throw new ProblemError('too_many', `A room has at most ${limits.roomLinks} links. Withdraw one first.`)
  }
})

serve(links, listLinks, async ({ c, session, params: { room }, query }) => {
  const me = session.me.person.id
  const after = placeOf(query.cursor, z.tuple([z.int(), Uuid]))
  const answer = await asService(c.env).rpc('join_links_of', {
    ...{ p_room_id: room, p_by: me, p_limit: query.limit, p_after: after },
  })
  if (answer.data === null && !answer.error) throw await forbiddenIn(c.env, room, me, notYours)
  return [200, pageFrom(dataOf(answer), ListedLink)]
})

serve(links, revokeLink, async ({ c, session, params: { room, link } }) => {
  const me = session.me.person.id
  const answer = await asService(c.env).rpc('revoke_join_link', { p_room_id: room, p_by: me, p_link_id: link })
  const { outcome } = Outcome.parse(dataOf(answer))
  if (outcome === 'forbidden') throw await forbiddenIn(c.env, room, me, notYours)
  if (outcome === 'unknown') throw new ProblemError('not_found', 'This room has no such link.')
  return [204]
})

serve(links, previewLink, async ({ c, params }) => {
  const person = (await sessionOf(c))?.me.person.id ?? null
  return [200, await preview(c.env, codeOf(params.code), person)]
})

serve(links, joinByLink, async ({ c, session, params, body: { passcode } }) => {
  const code = codeOf(params.code)
  const person = session.me.person.id
  const { roomId } = await preview(c.env, code, person)
  return [200, await comeIn(c.env, { room: roomId, person, codeHash: codeHash(code), passcode, unknown: unknownLink })]
})

serve(links, setPasscode, async ({ c, session, params: { room }, body }) => {
  const me = session.me.person.id
  const { salt, iterations, hash: kept } = await sealed(body.passcode)
  const answer = await asService(c.env).rpc('set_passcode', {
    ...{ p_room_id: room, p_by: me, p_salt: salt, p_iterations: iterations, p_hash: kept },
  })
  if (Outcome.parse(dataOf(answer)).outcome === 'forbidden') throw await forbiddenIn(c.env, room, me, notYours)
  return [204]
})

serve(links, clearPasscode, async ({ c, session, params: { room } }) => {
  const me = session.me.person.id
  const answer = await asService(c.env).rpc('clear_passcode', { p_room_id: room, p_by: me })
  if (Outcome.parse(dataOf(answer)).outcome === 'forbidden') throw await forbiddenIn(c.env, room, me, notYours)
  return [204]
})

const notYours = 'Only owners and admins of a group do this.'

/** A code that lost a piece when it was copied is an unknown one. Problem: not_found. */
function codeOf(given: string): string {
  const read = JoinCode.safeParse(given)
  if (!read.success) throw unknownLink()
  return read.data
}

async function preview(env: Env, code: string, person: string | null): Promise<LinkPreview> {
  const answer = await asService(env).rpc('link_preview', { p_code_hash: codeHash(code), p_person: person })
  const link = Preview.parse(dataOf(answer))
  switch (link.outcome) {
    case 'open': {
      const { outcome: _open, ...shown } = link
      return shown
    }
    case 'unknown':
      throw unknownLink()
    case 'over':
      throw linkOver(link.reason)
  }
}

function unknownLink(): ProblemError {
  return new ProblemError('not_found', 'There is no such link. Check that it was copied whole.')
}
