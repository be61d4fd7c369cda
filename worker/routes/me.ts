import { Hono } from 'hono'
import { Rename, type Me } from '../../protocol/api.ts'
import { keepName } from '../cookies.ts'
import type { App } from '../env.ts'
import { inboxObject } from '../objects.ts'
import { readBody } from '../read.ts'
import { bearer, signedIn, signedInOrGrace } from '../session.ts'
import { asPerson, dataOf, renameAccount } from '../supabase.ts'

/** GET /me: who is signed in. Answered from the token or the grace cookie, so it works while the database is away. */
export const me = new Hono<App>()
  .get('/me', signedInOrGrace, (c) => c.json(c.get('caller').me))
  /** PATCH /me: the person is called otherwise from now on; their rooms hear of it one after the other. */
  .patch('/me', signedIn, async (c) => {
    const { name } = await readBody(c, Rename)
    const { me, token } = c.get('session')
    const { id } = me.person
    const profiles = asPerson(c.env, token).from('user_profiles')
    dataOf(await profiles.update({ display_name: name }).eq('id', id).select('id').single().retry(false))
    // What Auth knows is the name of the next session. Whatever fails from here on, the same request does it again.
    await renameAccount(c.env, token, name)
    await inboxObject(c.env, id).renamed()
    if (bearer(c) === null) keepName(c, name)
    return c.json({ ...me, person: { ...me.person, name } } satisfies Me)
  })
