import { lazy, Suspense } from 'react'
import { Redirect, Route, Switch, useSearch } from 'wouter'
import { useStore } from 'zustand'
import { nextPath } from '../next-path.ts'
import { session } from '../session.ts'
import { Waiting } from '../system/waiting.tsx'
import { SignIn } from './sign-in.tsx'
import { SignUp } from './sign-up.tsx'
import type { ReactNode } from 'react'

// Who signs in has come by no invitation.
const Landing = lazy(async () => ({ default: (await import('../join/landing.tsx')).Landing }))

/** The pages before one is inside. */
export function Door() {
  return (
    <Switch>
      <Route path="/sign-in">
        <ForNobody>
          <SignIn />
        </ForNobody>
      </Route>
      <Route path="/sign-up">
        <ForNobody>
          <SignUp />
        </ForNobody>
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
