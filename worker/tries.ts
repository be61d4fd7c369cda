import { createHmac } from 'node:crypto'
import { secretOf } from '../durable-objects/env.ts'
import { limits } from '../protocol/limits.ts'
import { tooManyTries } from './auth.ts'
import type { Env } from './env.ts'

/** What is tried with an address: a password, a mailed code, or a mail to it. Who tries one of them slows down no other. */
type Kind = 'password' | 'code' | 'mail'

const paces: Record<Kind, [most: number, forgivenAfterMs: number]> = {
  password: [limits.credentialTries, limits.credentialTryMs],
  code: [limits.credentialTries, limits.credentialTryMs],
  mail: [limits.mailsAtOnce, limits.mailEveryMs],
}

/**
 * Counts a try with an address, whether it has an account or not, from wherever it comes. Problem: slow_down. Answers
 * what to call once it has succeeded.
 */
export async function countTry(env: Env, kind: Kind, email: string): Promise<() => Promise<void>> {
  const name = createHmac('sha256', secretOf(env)).update(`${kind} ${email}`).digest('hex')
  const tries = env.TRIES.getByName(name)
  const waitMs = await tries.take(...paces[kind])
  if (waitMs > 0) throw tooManyTries(waitMs)
  return async () => await tries.forget()
}
