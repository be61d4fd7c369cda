import { Hono } from 'hono'
import type { App } from '../env.ts'
import { signedIn } from '../session.ts'

/** GET /me: who is signed in. Answered from the token, so it works while the database is away. */
export const me = new Hono<App>().get('/me', signedIn, (c) => c.json(c.get('session').me))
