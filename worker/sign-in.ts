import type { Context } from 'hono'
import type { SignedIn } from '../protocol/api.ts'
import { keepTokens } from './cookies.ts'
import { enterDevice } from './devices.ts'
import { refuseClosing } from './erasure.ts'
import type { App } from './env.ts'
import { bearer } from './session.ts'
import type { Tokens } from './supabase.ts'
import { nameOf, verifyToken, type Session } from './token.ts'

/** The session of tokens that Auth has just made, under the name that the account has by now. */
export async function sessionFrom(c: Context<App>, tokens: Tokens): Promise<Session> {
  const session = await verifyToken(tokens.access_token, c.env)
  if (!session)
    throw new Error('Supabase Auth issued a token that this worker cannot verify: check SUPABASE_JWT_SECRET')
  const { me } = session
  return {
    ...session,
    me: { ...me, person: { ...me.person, name: nameOf(tokens.user.user_metadata, me.person.email) } },
  }
}

/** Begins a session on the device that asks. Problem: account_closing. */
export async function begin(c: Context<App>, tokens: Tokens): Promise<{ answer: SignedIn; session: Session }> {
  const session = await sessionFrom(c, tokens)
  await refuseClosing(c, session)
  const device = await enterDevice(c, session)
  if (bearer(c) === null) keepTokens(c, tokens, session.me.person.name, device)
  return { answer: { state: 'signed_in', me: session.me }, session }
}
