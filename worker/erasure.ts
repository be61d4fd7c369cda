import type { Context } from 'hono'
import * as z from 'zod/mini'
import { secretOf } from '../durable-objects/env.ts'
import { Uuid } from '../protocol/ids.ts'
import { limits } from '../protocol/limits.ts'
import { erasureCookieOf, keepErasure } from './cookies.ts'
import type { App } from './env.ts'
import { inboxObject } from './objects.ts'
import { ProblemError } from './problem.ts'
import { bearer } from './session.ts'
import { readSigned, sign } from './signed.ts'
import { asNobody } from './supabase.ts'
import type { Session } from './token.ts'
import { warn } from '../durable-objects/log.ts'

const audience = 'parley:erasure'

const Erased = z.object({ person: Uuid })

/** Whoever is signed out while their account is deleted may still ask how far that is: of nothing else this tells. */
export async function rememberErasure(c: Context<App>, person: string): Promise<void> {
  if (bearer(c) !== null) return
  keepErasure(c, await sign({ person }, audience, Date.now() + limits.endedMs, secretOf(c.env)))
}

/** Whose account this browser has seen being deleted, or null. */
export async function erasedOf(c: Context<App>): Promise<string | null> {
  const cookie = erasureCookieOf(c)
  const says = cookie === null ? null : await readSigned(cookie, audience, Erased, secretOf(c.env))
  return says?.person ?? null
}

/** The row at Auth goes last, so that Auth still lets people in while their account is deleted. Problem: account_closing. */
export async function refuseClosing(c: Context<App>, { me, token }: Session): Promise<void> {
  const { state } = await inboxObject(c.env, me.person.id).erasure()
  if (state === 'none') return
  await rememberErasure(c, me.person.id)
  const { error } = await asNobody(c).auth.admin.signOut(token, 'local')
  if (error) warn(`a session stays at Auth: ${error.message}`)
  throw new ProblemError('account_closing', 'Nobody can sign in to it any more.')
}
