import { Hono } from 'hono'
import type { App } from '../env.ts'
import { signedInOrGrace } from '../session.ts'

/** GET /me: who is signed in. Answered from the token or the grace cookie, so it works while the database is away. */
export const me = new Hono<App>().get('/me', signedInOrGrace, (c) => c.json(c.get('caller').me))
