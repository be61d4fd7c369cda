import { Hono } from 'hono'
import { changeEmail, changePassword, readMe, renameMe } from '../../protocol/endpoints/accounts.ts'
import { recordAct } from '../account-acts.ts'
import { askAuth, isPassword, mailLater, tooManyTries } from '../auth.ts'
import { dropRecovered, keepName } from '../cookies.ts'
import type { App } from '../env.ts'
import { inboxObject } from '../objects.ts'
import { ProblemError } from '../problem.ts'
import { cameFromRecovery } from '../recovered.ts'
import { serve } from '../serve.ts'
import { bearer } from '../session.ts'
import { asPerson, dataOf, renameAccount } from '../supabase.ts'
import { countTry } from '../tries.ts'
import { endEverywhere } from './authentication.ts'

/** What someone changes of their own account. */
export const account = new Hono<App>()

serve(account, readMe, async ({ caller }) => [200, caller.me])

serve(account, renameMe, async ({ c, session, body }) => {
  const { me, token } = session
  const { id } = me.person
  const profiles = asPerson(c.env, token).from('user_profiles')
  dataOf(await profiles.update({ display_name: body.name }).eq('id', id).select('id').single().retry(false))
  // What Auth knows is the name of the next session. Whatever fails from here on, the same request does it again.
  await renameAccount(c.env, token, body.name)
  await inboxObject(c.env, id).renamed()
  if (bearer(c) === null) keepName(c, body.name)
  return [200, { ...me, person: { ...me.person, name: body.name } }]
})

serve(account, changePassword, async ({ c, session, body }) => {
  const recovered = await cameFromRecovery(c, session)
  const { id, email } = session.me.person
  if (!recovered) {
    const forget = await countTry(c.env, 'password', email)
    if (body.current === undefined || !(await isPassword(c, email, body.current))) {
      throw new ProblemError('wrong_credentials', 'The current password is another one.')
    }
    await forget()
  }
  const changed = await askAuth(c, 'PUT', 'user', { password: body.password }, session.token)
  if (!changed.ok) {
    if (changed.status === 429) throw tooManyTries()
    // The session was ended meanwhile.
    if (changed.status === 401 || changed.status === 403) throw new ProblemError('sign_in')
    // The same as before is as good as changed: what was asked for is so, and the other sessions still end.
    if (changed.code !== 'same_password') {
      throw new ProblemError('invalid_request', changed.message, {
        errors: [{ field: 'password', message: changed.message }],
      })
    }
  }
  await recordAct(c, id, recovered ? 'password_recovered' : 'password_changed')
  await endEverywhere(c, id, session.login)
  if (recovered) dropRecovered(c)
  return [204]
})

serve(account, changeEmail, async ({ c, session, body }) => {
  const { email } = session.me.person
  const forget = await countTry(c.env, 'password', email)
  if (!(await isPassword(c, email, body.password))) {
    throw new ProblemError('wrong_credentials', 'The password is another one.')
  }
  await forget()
  await countTry(c.env, 'mail', body.email)
  await recordAct(c, session.me.person.id, 'email_change_asked')
  await mailLater(c, 'PUT', 'user', { email: body.email }, session.token)
  return [202]
})
