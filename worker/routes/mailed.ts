import { Hono } from 'hono'
import { confirmMail, recoverAccount, resendMail, sendCode, verifyCode } from '../../protocol/endpoints/accounts.ts'
import { mailLater, spend } from '../auth.ts'
import type { App } from '../env.ts'
import { rememberMail } from '../mailed.ts'
import { ProblemError } from '../problem.ts'
import { rememberRecovery } from '../recovered.ts'
import { serve } from '../serve.ts'
import { begin } from '../sign-in.ts'
import { countTry } from '../tries.ts'

/** Signing in by what Auth mails: a code, or a link to a page whose button spends its hash. */
export const mailed = new Hono<App>()

serve(mailed, sendCode, async ({ c, body }) => {
  await countTry(c.env, 'mail', body.email)
  await mailLater(c, 'POST', 'otp', { email: body.email, create_user: false })
  return [202]
})

serve(mailed, resendMail, async ({ c, body }) => {
  await countTry(c.env, 'mail', body.email)
  // To an address that is not confirmed yet a hosted Auth sends the confirmation again; everywhere the link confirms it.
  await mailLater(c, 'POST', 'otp', { email: body.email, create_user: false })
  return [202]
})

serve(mailed, recoverAccount, async ({ c, body }) => {
  await countTry(c.env, 'mail', body.email)
  await mailLater(c, 'POST', 'recover', { email: body.email })
  return [202]
})

serve(mailed, verifyCode, async ({ c, body }) => {
  const forget = await countTry(c.env, 'code', body.email)
  const spent = await spend(c, 'email', { email: body.email, token: body.code })
  if (spent.state !== 'tokens') throw new ProblemError('wrong_code')
  await forget()
  const { answer, session } = await begin(c, spent.tokens)
  await rememberMail(c, session)
  return [200, answer]
})

serve(mailed, confirmMail, async ({ c, body }) => {
  const spent = await spend(c, body.type, { token_hash: body.tokenHash })
  switch (spent.state) {
    case 'wrong':
      throw new ProblemError('wrong_code')
    case 'half':
      return [200, { state: 'confirm_other_email' }]
    case 'tokens': {
      const { answer, session } = await begin(c, spent.tokens)
      await rememberMail(c, session)
      if (body.type === 'recovery') await rememberRecovery(c, session)
      return [200, answer]
    }
  }
})
