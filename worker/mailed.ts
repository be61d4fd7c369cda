import type { Context } from 'hono'
import * as z from 'zod/mini'
import { secretOf } from '../durable-objects/env.ts'
import { Uuid } from '../protocol/ids.ts'
import { limits } from '../protocol/limits.ts'
import { keepMailed, mailedCookieOf } from './cookies.ts'
import type { App } from './env.ts'
import { readSigned, sign } from './signed.ts'
import type { Session } from './token.ts'

/** Who signed in by what was mailed to them, and by which sign-in. */
const Mailed = z.object({ person: Uuid, login: z.nullable(Uuid) })

const audience = 'parley:mailed'

/** Remembers for a while that whoever signs in here reads the account's mail: not everybody has a password to say. */
export async function rememberMail(c: Context<App>, { me, login }: Session): Promise<void> {
  const says: z.infer<typeof Mailed> = { person: me.person.id, login }
  keepMailed(c, await sign(says, audience, Date.now() + limits.mailedMs, secretOf(c.env)))
}

export async function readsMail(c: Context<App>, { me, login }: Session): Promise<boolean> {
  const cookie = mailedCookieOf(c)
  const says = cookie === null ? null : await readSigned(cookie, audience, Mailed, secretOf(c.env))
  return says !== null && says.person === me.person.id && says.login === login
}
