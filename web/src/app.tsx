import { lazy, Suspense, useEffect } from 'react'
import { Redirect, Route, Switch, useLocation, useSearch } from 'wouter'
import { useStore } from 'zustand'
import { SignIn } from './auth/sign-in.tsx'
import { SignUp } from './auth/sign-up.tsx'
import { Landing } from './join/landing.tsx'
import { nextPath, withNext } from './next-path.ts'
import { session } from './session.ts'
import { loadShell } from './shell/load-shell.ts'
import { NotFound } from './system/not-found.tsx'
import { Unreachable } from './system/unreachable.tsx'
import { Waiting } from './system/waiting.tsx'
import type { ReactNode } from 'react'

const Shell = lazy(loadShell)

/** Every page, and who may see it. */
export function App() {
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
      <Route path="/">
        <ForPeople roomId={null} />
      </Route>
      <Route path="/r/:roomId">{({ roomId }) => <ForPeople roomId={roomId} />}</Route>
      <Route>
        <NotFound />
      </Route>
    </Switch>
  )
}

/** Someone who is signed in already has no use for these pages. */
function ForNobody({ children }: { children: ReactNode }) {
  const state = useStore(session, (now) => now.state)
  const next = nextPath(useSearch())
  if (state === 'in') return <Redirect replace to={next} />
  return children
}

function Invited({ code }: { code: string }) {
  const state = useStore(session, (now) => now.state)
  if (state === 'asking') return <Waiting />
  return <Landing code={code} />
}

function ForPeople({ roomId }: { roomId: string | null }) {
  const now = useStore(session)
  switch (now.state) {
    case 'asking':
      return <Waiting />
    case 'unreachable':
      return <Unreachable />
    case 'out':
      return <ToSignIn />
    case 'in':
      return (
        <Suspense fallback={<Waiting />}>
          <Shell client={now.client} roomId={roomId} />
        </Suspense>
      )
  }
}

function ToSignIn() {
  const [path, navigate] = useLocation()
  useEffect(() => navigate(withNext('/sign-in', path), { replace: true }), [navigate, path])
  return <Waiting />
}
