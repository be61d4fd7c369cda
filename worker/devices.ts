import type { Context } from 'hono'
import * as z from 'zod/mini'
import { deviceOf } from './cookies.ts'
import type { App } from './env.ts'
import { ProblemError } from './problem.ts'
import { bearer, deviceBehind } from './session.ts'
import { asService, dataOf } from './supabase.ts'
import type { Session } from './token.ts'
import { deviceName } from './user-agent.ts'
import { warn } from '../durable-objects/log.ts'

const Outcome = z.object({ outcome: z.enum(['registered', 'known', 'revoked', 'taken', 'unknown']) })

/**
 * Someone signs in on the device that asks, and it stands in their list from here on. Answers its id: a browser that was
 * revoked, or that another person signed in from, is another device.
 */
export async function enterDevice(c: Context<App>, session: Session): Promise<string> {
  const device = bearer(c) === null ? (deviceOf(c) ?? crypto.randomUUID()) : deviceBehind(c, session)
  const outcome = await registered(c, session, device)
  if (outcome !== 'revoked' && outcome !== 'taken') return device
  const fresh = crypto.randomUUID()
  await registered(c, session, fresh)
  return fresh
}

/** Someone goes on there. Problem: sign_in when the device was revoked. */
export async function stayOnDevice(c: Context<App>, session: Session, device: string): Promise<void> {
  if ((await registered(c, session, device)) === 'revoked') throw new ProblemError('sign_in')
}

/** `away`: the list has to wait, and nobody is kept from signing in by that. */
async function registered(c: Context<App>, session: Session, device: string) {
  const name = deviceName(c.req.header('user-agent') ?? '')
  try {
    const answer = await asService(c.env)
      .rpc('register_device', {
        ...{ p_device: device, p_person: session.me.person.id, p_name: name },
        ...(session.login === null ? {} : { p_login: session.login }),
      })
      .retry(false)
    return Outcome.parse(dataOf(answer)).outcome
  } catch (error) {
    if (!(error instanceof ProblemError && error.kind === 'database_away')) throw error
    warn(`a device is not listed: ${String(error)}`)
    return 'away'
  }
}
