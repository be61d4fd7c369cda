import * as z from 'zod/mini'
import { everyone, people, type Access } from '../access.ts'
import { Email, Me, Password, Refreshed, Rename, SignedIn, SignedUp, SignIn, SignUp } from '../api.ts'
import { endpoint } from '../endpoint.ts'

/** What a mail is sent to. */
export const MailTo = z.object({ email: Email })

/** Six digits, as a mail shows them. */
export const Code = z.string().check(z.trim(), z.regex(/^\d{6}$/))

/** What a link in a mail is for. */
export const MailKind = z.enum(['signup', 'magiclink', 'recovery', 'email_change', 'email'])
export type MailKind = z.infer<typeof MailKind>

/** What the link in a mail came to. `confirm_other_email`: the address changes once the other mailbox has confirmed it, too. */
export const Confirmed = z.discriminatedUnion('state', [
  SignedIn,
  z.object({ state: z.literal('confirm_other_email') }),
])
export type Confirmed = z.infer<typeof Confirmed>

/** Only a browser has what this needs: its session's cookies, of which a bearer token has none. */
const browsers: Access = {
  ...{ anonymous: 'sign_in', guest: 'sign_in', outsider: 'sign_in', banned: 'sign_in', member: 'sign_in' },
  ...{ moderator: 'sign_in', admin: 'sign_in', owner: 'sign_in', operator: 'sign_in' },
}

export const signUp = endpoint({
  id: 'signUp',
  method: 'POST',
  path: '/auth/sign-up',
  summary: 'Make an account',
  notes:
    'Where e-mail is confirmed first, the answer is `confirm_email` and says nothing of whether the address has an account; a mail with a link and a code is on its way if it had none. Otherwise the session begins at once.',
  auth: 'nobody',
  access: everyone,
  pace: 'credentials',
  body: SignUp,
  answers: { 201: SignedUp },
  problems: ['email_taken'],
})

export const signIn = endpoint({
  id: 'signIn',
  method: 'POST',
  path: '/auth/sign-in',
  summary: 'Sign in by password',
  notes: 'The session is in HttpOnly cookies. An address without an account answers as a wrong password does.',
  auth: 'nobody',
  access: everyone,
  pace: 'credentials',
  body: SignIn,
  answers: { 200: SignedIn },
  problems: ['wrong_credentials'],
})

export const signOut = endpoint({
  id: 'signOut',
  method: 'POST',
  path: '/auth/sign-out',
  summary: 'Sign out, here or everywhere',
  notes: 'Sockets of what is signed out are closed with 4401 before this is answered. The body may be left out.',
  auth: 'nobody',
  access: everyone,
  pace: 'write',
  body: z.object({ everywhere: z._default(z.boolean(), false) }),
  answers: { 204: null },
  problems: ['sign_in'],
})

export const refreshSession = endpoint({
  id: 'refreshSession',
  method: 'POST',
  path: '/auth/refresh',
  summary: 'Renew the session of a browser',
  notes:
    'Sets new cookies, and answers a ticket which moves the end of open sockets when it is sent on them. Two tabs may do so at once. While Supabase Auth is away it gives grace.',
  auth: 'nobody',
  access: browsers,
  pace: 'read',
  answers: { 200: Refreshed },
  problems: ['sign_in'],
})

export const renewSockets = endpoint({
  id: 'renewSockets',
  method: 'POST',
  path: '/auth/renewal',
  summary: 'A renewal ticket for a bearer token',
  notes: 'For bots, after they refreshed their token at Supabase Auth.',
  auth: 'session',
  access: people,
  pace: 'read',
  answers: { 200: Refreshed },
  problems: [],
})

export const sendCode = endpoint({
  id: 'sendCode',
  method: 'POST',
  path: '/auth/code',
  summary: 'Mail a code and a link to sign in with',
  notes: 'Answers the same, and as fast, for an address without an account, to which nothing is sent.',
  auth: 'nobody',
  access: everyone,
  pace: 'credentials',
  body: MailTo,
  answers: { 202: null },
  problems: [],
})

export const verifyCode = endpoint({
  id: 'verifyCode',
  method: 'POST',
  path: '/auth/code/verify',
  summary: 'Sign in by a mailed code',
  notes:
    'Also takes the code of a confirmation. A code counts once, for an hour. A new password without the old one needs the link of a recovery.',
  auth: 'nobody',
  access: everyone,
  pace: 'credentials',
  body: z.object({ email: Email, code: Code }),
  answers: { 200: SignedIn },
  problems: ['wrong_code'],
})

export const confirmMail = endpoint({
  id: 'confirmMail',
  method: 'POST',
  path: '/auth/confirm',
  summary: 'Sign in, confirm or recover by the link in a mail',
  notes:
    'The link leads to a page at `/auth/confirm`, whose button sends this: a mail scanner that follows links spends nothing. After `recovery` the session may set a new password without the old one for 15 minutes. A change of address may need the other mailbox, too: `confirm_other_email`.',
  auth: 'nobody',
  access: everyone,
  pace: 'credentials',
  body: z.object({ tokenHash: z.string().check(z.regex(/^[\w-]{16,128}$/)), type: MailKind }),
  answers: { 200: Confirmed },
  problems: ['wrong_code'],
})

export const resendMail = endpoint({
  id: 'resendMail',
  method: 'POST',
  path: '/auth/resend',
  summary: 'Mail the confirmation of a new account again',
  notes: 'Answers the same, and as fast, whether there is anything to confirm or not.',
  auth: 'nobody',
  access: everyone,
  pace: 'credentials',
  body: MailTo,
  answers: { 202: null },
  problems: [],
})

export const recoverAccount = endpoint({
  id: 'recoverAccount',
  method: 'POST',
  path: '/auth/recover',
  summary: 'Mail a link to set a new password',
  notes: 'Answers the same, and as fast, for an address without an account.',
  auth: 'nobody',
  access: everyone,
  pace: 'credentials',
  body: MailTo,
  answers: { 202: null },
  problems: [],
})

export const changePassword = endpoint({
  id: 'changePassword',
  method: 'POST',
  path: '/auth/password',
  summary: 'Change the password',
  notes:
    'With the current one, unless the session came from a recovery in the last 15 minutes. Ends all other sessions, and closes their sockets with 4401.',
  auth: 'session',
  access: people,
  pace: 'credentials',
  body: z.object({ password: Password, current: z.optional(z.string().check(z.maxLength(1_000))) }),
  answers: { 204: null },
  problems: ['wrong_credentials'],
})

export const changeEmail = endpoint({
  id: 'changeEmail',
  method: 'POST',
  path: '/auth/email',
  summary: 'Change the e-mail address',
  notes:
    'The new address gets a mail; it counts from its confirmation on. Says nothing of whether it belongs to another account, to which nothing is sent.',
  auth: 'session',
  access: people,
  pace: 'credentials',
  body: z.object({ email: Email, password: z.string().check(z.maxLength(1_000)) }),
  answers: { 202: null },
  problems: ['wrong_credentials'],
})

export const readMe = endpoint({
  id: 'readMe',
  method: 'GET',
  path: '/me',
  summary: 'Who is signed in',
  notes: 'Answered from the token or the grace cookie, so it works while the database is away.',
  auth: 'grace',
  access: people,
  pace: 'read',
  answers: { 200: Me },
  problems: [],
})

export const renameMe = endpoint({
  id: 'renameMe',
  method: 'PATCH',
  path: '/me',
  summary: 'Change your display name',
  notes: 'Your rooms hear of it one after the other.',
  auth: 'session',
  access: people,
  pace: 'write',
  body: Rename,
  answers: { 200: Me },
  problems: [],
})
