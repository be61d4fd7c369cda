import { createHash, randomBytes } from 'node:crypto'
import type { Context } from 'hono'
import { secretOf } from '../durable-objects/env.ts'
import { uuidV7 } from '../protocol/ids.ts'
import { limits } from '../protocol/limits.ts'
import { answered } from './answered.ts'
import type { App } from './env.ts'
import { inboxObject } from './objects.ts'
import { ProblemError } from './problem.ts'
import { seal, unseal } from './seal.ts'

const wellFormed = new RegExp(`^[\\x21-\\x7e]{1,${limits.idempotencyKey}}$`)

/**
 * Carries a request out once for each `Idempotency-Key` of the person, who is signed in: a repeat gets the answer of the
 * first. What was refused did nothing, and is tried again. Problems: invalid_request, conflict, slow_down.
 */
export async function once(c: Context<App>, run: (command: string) => Promise<unknown>): Promise<Response> {
  const command = uuidV7(Date.now(), randomBytes(10))
  const given = c.req.header('idempotency-key')
  if (given === undefined) return answered(c, await run(command))
  const person = c.get('session').me.person.id
  // An answer may hold what opens a room, so it is sealed with the key, of which only a hash is kept.
  const [key, words, secret] = [hash(keyOf(given)), `${person} ${given}`, secretOf(c.env)]
  const inbox = inboxObject(c.env, person)
  const claim = await inbox.claimKey(key, await print(c), command)
  switch (claim.state) {
    case 'mine':
      try {
        const answer = answered(c, await run(claim.command))
        await inbox.keepAnswer(key, answer.status, await seal(await answer.clone().text(), words, secret))
        return answer
      } catch (error) {
        await inbox.freeKey(key)
        throw error
      }
    case 'done': {
      const text = await unseal(claim.answer, words, secret)
      c.header('idempotent-replayed', 'true')
      return text === '' ? c.body(null, claim.status as 204) : answered(c, [claim.status, JSON.parse(text)])
    }
    case 'busy':
      throw new ProblemError('conflict', 'The first request with this key is still under way.', {
        retryAfterMs: claim.retryAfterMs,
      })
    case 'other':
      throw new ProblemError('conflict', 'This Idempotency-Key stands for another request.')
    case 'full':
      throw new ProblemError('slow_down', `At most ${limits.idempotencyKeys} keys are kept in a day.`, {
        retryAfterMs: claim.retryAfterMs,
      })
  }
}

function keyOf(given: string): string {
  if (wellFormed.test(given)) return given
  const message = `has 1 to ${limits.idempotencyKey} visible characters of ASCII`
  throw new ProblemError('invalid_request', `Idempotency-Key: ${message}`, {
    errors: [{ field: 'Idempotency-Key', message }],
  })
}

/** What tells this request from another one under the same key. */
async function print(c: Context<App>): Promise<string> {
  const { pathname, search } = new URL(c.req.url)
  return hash(`${c.req.method} ${pathname}${search}\n${await c.req.text()}`)
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
