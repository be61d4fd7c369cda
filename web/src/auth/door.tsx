import { lazy, Suspense, useEffect, type ReactNode } from 'react'
import { Redirect, Route, Switch, useLocation, useSearch } from 'wouter'
import { useStore } from 'zustand'
import { nextPath } from '../next-path.ts'
import { persistently } from '../persistently.ts'
import { session } from '../session.ts'
import { Waiting } from '../system/waiting.tsx'
import { loadMailPages, MailPage } from './mail-page.tsx'
import { SignIn } from './sign-in.tsx'
import { SignUp } from './sign-up.tsx'

// Who signs in has come by no invitation.
const Landing = lazy(async () => ({ default: (await persistently(() => import('../join/landing.tsx'))).Landing }))

// Nor to a meeting.
const Meetings = lazy(async () => ({
  default: (await persistently(() => import('../meetings/meetings.tsx'))).Meetings,
}))

const AccountDeleted = lazy(async () => ({
  default: (await persistently(() => import('./account-deleted.tsx'))).AccountDeleted,
}))

const meetings = /^\/(m|meet)\/[^/]+\/?$/

/** The pages before one is inside, those of meetings, where one may never be inside, and those that mails lead to. */
export function Door() {
  const [path] = useLocation()
  const meets = meetings.test(path)
  useEffect(() => void (meets || loadMailPages()), [meets])
  return (
    <Switch>
      <Route path="/sign-in">
        <ForNobody>
          <SignIn />
        </ForNobody>
      </Route>
      <Route path="/sign-in/code">
        <ForNobody>
          <MailPage page="SignInByCode" />
        </ForNobody>
      </Route>
      <Route path="/sign-up">
        <ForNobody>
          <SignUp />
        </ForNobody>
      </Route>
      <Route path="/forgot">
        <MailPage page="Forgot" />
      </Route>
      <Route path="/new-password">
        <MailPage page="NewPassword" />
      </Route>
      <Route path="/auth/confirm">
        <MailPage page="ConfirmLink" />
      </Route>
      <Route path="/account-deleted">
        <Suspense fallback={<Waiting />}>
          <AccountDeleted />
        </Suspense>
      </Route>
      <Route path={meetings}>
        <Suspense fallback={<Waiting />}>
          <Meetings />
        </Suspense>
      </Route>
      <Route path="/j/:code">{({ code }) => <Invited code={code} />}</Route>
    </Switch>
  )
}

/** Someone who is signed in already has no use for these pages. */
function ForNobody({ children }: { children: ReactNode }) {
  const state = useStore(session, (now) => now.state)
  const next = nextPath(useSearch())
  return state === 'in' ? <Redirect replace to={next} /> : children
}

function Invited({ code }: { code: string }) {
  const state = useStore(session, (now) => now.state)
  if (state === 'asking') return <Waiting />
  return (
    <Suspense fallback={<Waiting />}>
      <Landing code={code} />
    </Suspense>
  )
}
