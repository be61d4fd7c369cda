import type { Context } from 'hono'
import * as z from 'zod/mini'
import { secretOf } from '../durable-objects/env.ts'
import { Uuid } from '../protocol/ids.ts'
import { limits } from '../protocol/limits.ts'
import { keepRecovered, recoveredCookieOf } from './cookies.ts'
import type { App } from './env.ts'
import { readSigned, sign } from './signed.ts'
import type { Session } from './token.ts'

/** Whose session came from a recovery, and by which sign-in. */
const Recovered = z.object({ person: Uuid, login: z.nullable(Uuid) })

const audience = 'parley:recovered'

/** Remembers for a while that the session came from a recovery: whoever forgot the password cannot say it. */
export async function rememberRecovery(c: Context<App>, { me, login }: Session): Promise<void> {
  const says: z.infer<typeof Recovered> = { person: me.person.id, login }
  keepRecovered(c, await sign(says, audience, Date.now() + limits.recoveredMs, secretOf(c.env)))
}

export async function cameFromRecovery(c: Context<App>, { me, login }: Session): Promise<boolean> {
  const cookie = recoveredCookieOf(c)
  const says = cookie === null ? null : await readSigned(cookie, audience, Recovered, secretOf(c.env))
  return says !== null && says.person === me.person.id && says.login === login
}
