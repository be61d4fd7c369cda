import type { Context } from 'hono'
import { eachInParallel } from '../durable-objects/parallel.ts'
import { warn } from '../durable-objects/log.ts'
import type { InvitationNews } from '../protocol/inbox.ts'
import type { App } from './env.ts'
import { inboxObject } from './objects.ts'

const atOnce = 16

/**
 * Tells people who are invited to a meeting what became of it, after the answer. It is a hint: Postgres has what counts, and
 * whoever misses it reads that when their device connects.
 */
export function tellInvited(c: Context<App>, people: string[], news: Omit<InvitationNews, 't' | 'by'>): void {
  if (people.length === 0) return
  const by = c.get('session').me.person.name
  const told = eachInParallel(people, atOnce, (person) => inboxObject(c.env, person).invitation({ ...news, by }))
  c.executionCtx.waitUntil(told.catch((error: unknown) => warn(`of meeting ${news.meeting}: ${String(error)}`)))
}
