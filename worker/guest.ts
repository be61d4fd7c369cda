import type { Context, MiddlewareHandler } from 'hono'
import * as z from 'zod/mini'
import type { Entrant } from '../durable-objects/between.ts'
import type { Visitor } from '../durable-objects/visitor.ts'
import { secretOf } from '../durable-objects/env.ts'
import { Uuid } from '../protocol/ids.ts'
import { limits } from '../protocol/limits.ts'
import { guestCookieOf, keepGuest } from './cookies.ts'
import type { App } from './env.ts'
import { ProblemError } from './problem.ts'
import { sessionOf, visitorBehind } from './session.ts'
import { readSigned, sign } from './signed.ts'

/** Who a guest is. It opens nothing by itself: the meeting is asked whether it knows them. */
const Guest = z.object({ guest: Uuid, meeting: Uuid, name: z.string() })
type Guest = z.infer<typeof Guest>

const audience = 'parley:guest'

/** Someone who came to a meeting, and the visit: by which session, or by the cookie of a guest, and until when that counts. */
export interface Came {
  entrant: Entrant
  visitor: Visitor
}

/** Makes whoever asks a guest of the meeting, or lets one of it have another name. */
export async function welcomeGuest(c: Context<App>, meeting: string, name: string): Promise<Entrant> {
  const before = await guestOf(c, meeting)
  const guest = before?.guest ?? crypto.randomUUID()
  const says: Guest = { guest, meeting, name }
  keepGuest(c, await sign(says, audience, Date.now() + limits.guestMs, secretOf(c.env)))
  return { id: guest, person: null, device: guest, name }
}

/** Who comes to this meeting: whoever is signed in as themself, otherwise its guest; null: nobody whom we know. */
export async function cameTo(c: Context<App>, meeting: string): Promise<Came | null> {
  const session = await sessionOf(c)
  if (session) {
    const { id, name } = session.me.person
    const visitor = visitorBehind(c, { by: 'session', me: session.me, session })
    return { entrant: { id, person: id, device: visitor.device, name }, visitor }
  }
  const known = await guestOf(c, meeting)
  if (!known) return null
  const { guest, name } = known
  const visitor = { person: guest, device: guest, expiresAt: Date.now() + limits.guestMs }
  return { entrant: { id: guest, person: null, device: guest, name }, visitor }
}

/** Lets whoever came to the meeting of the path through. Problem: sign_in. */
export const came: MiddlewareHandler<App> = async (c, next) => {
  const who = await cameTo(c, c.req.param('meeting') ?? '')
  if (!who) throw new ProblemError('sign_in', 'Come by a link of the meeting, or sign in.')
  c.set('came', who)
  await next()
}

async function guestOf(c: Context<App>, meeting: string): Promise<Guest | null> {
  const cookie = guestCookieOf(c)
  const says = cookie === null ? null : await readSigned(cookie, audience, Guest, secretOf(c.env))
  return says?.meeting === meeting ? says : null
}
