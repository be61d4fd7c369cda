import { createHash, randomBytes } from 'node:crypto'
import { Hono } from 'hono'
import * as z from 'zod/mini'
import { JoinCode, type JoinLink, type Joined, type LinkPreview } from '../../protocol/api.ts'
import { Uuid } from '../../protocol/ids.ts'
import { limits } from '../../protocol/limits.ts'
import type { App, Env } from '../env.ts'
import { ProblemError } from '../problem.ts'
import { readValue } from '../read.ts'
import { roomObject } from '../objects.ts'
import { sessionOf, signedIn } from '../session.ts'
import { asService, databaseAway, dataOf } from '../supabase.ts'

const Created = z.object({ outcome: z.enum(['created', 'forbidden']) })

const Preview = z.discriminatedUnion('outcome', [
  z.object({
    outcome: z.literal('open'),
    roomId: Uuid,
    roomName: z.string(),
    memberCount: z.int(),
    invitedBy: z.nullable(z.string()),
    member: z.boolean(),
  }),
  z.object({ outcome: z.enum(['unknown', 'over']) }),
])

/** Join links. Postgres keeps only the hash of a code. */
export const links = new Hono<App>()
  .post('/rooms/:id/links', signedIn, async (c) => {
    const room = readValue(c.req.param('id'), Uuid)
    const code = randomBytes(16).toString('base64url')
    const expiresAt = Date.now() + limits.linkLifeMs
    const answer = await asService(c.env).rpc('create_join_link', {
      p_room_id: room,
      p_person: c.get('session').me.person.id,
      p_code_hash: hash(code),
      p_expires_at_ms: expiresAt,
    })
    if (Created.parse(dataOf(answer)).outcome === 'forbidden') {
      throw new ProblemError('forbidden', 'Only owners and admins of a group can make its join links.')
    }
    const url = new URL(`/j/${code}`, c.req.url).href
    return c.json({ code, url, expiresAt } satisfies JoinLink, 201)
  })
  .get('/links/:code', async (c) => {
    const code = codeOf(c.req.param('code'))
    const person = (await sessionOf(c))?.me.person.id ?? null
    return c.json(await preview(c.env, code, person))
  })
  .post('/links/:code/join', signedIn, async (c) => {
    const code = codeOf(c.req.param('code'))
    const person = c.get('session').me.person.id
    const { roomId } = await preview(c.env, code, person)
    const answer = await roomObject(c.env, roomId).join(person, hash(code), crypto.randomUUID())
    switch (answer.outcome) {
      case 'joined':
      case 'already':
        return c.json({ roomId, already: answer.outcome === 'already' } satisfies Joined)
      case 'unknown':
        throw unknownLink()
      case 'over':
        throw new ProblemError('link_over')
      case 'passcode':
        throw new ProblemError('forbidden', 'This room asks for a passcode.')
      case 'full':
        throw new ProblemError('room_full', `A room has at most ${limits.roomMembers} members.`)
      case 'away':
        throw databaseAway()
    }
  })

/** A code that lost a piece when it was copied is an unknown one. Problem: not_found. */
function codeOf(given: string): string {
  const read = JoinCode.safeParse(given)
  if (!read.success) throw unknownLink()
  return read.data
}

async function preview(env: Env, code: string, person: string | null): Promise<LinkPreview> {
  const answer = await asService(env).rpc('link_preview', { p_code_hash: hash(code), p_person: person })
  const link = Preview.parse(dataOf(answer))
  switch (link.outcome) {
    case 'open': {
      const { roomId, roomName, memberCount, invitedBy, member } = link
      return { roomId, roomName, memberCount, invitedBy, member }
    }
    case 'unknown':
      throw unknownLink()
    case 'over':
      throw new ProblemError('link_over', 'Ask whoever sent it for a new one.')
  }
}

function unknownLink(): ProblemError {
  return new ProblemError('not_found', 'There is no such link. Check that it was copied whole.')
}

function hash(code: string): string {
  return createHash('sha256').update(code).digest('hex')
}
