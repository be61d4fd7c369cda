import { lazy, Suspense, useEffect } from 'react'
import { Redirect, Route, Switch, useLocation, useSearch } from 'wouter'
import { useStore } from 'zustand'
import { loadDoor } from './auth/load-door.ts'
import { nextPath, withNext } from './next-path.ts'
import { session } from './session.ts'
import { loadShell } from './shell/load-shell.ts'
import { Unreachable } from './system/unreachable.tsx'
import { Waiting } from './system/waiting.tsx'
import type { ReactNode } from 'react'

const Door = lazy(loadDoor)
const Shell = lazy(loadShell)
const NotFound = lazy(async () => ({ default: (await import('./system/not-found.tsx')).NotFound }))

/** Every page, and who may see it. */
export function App() {
  return (
    <Switch>
      <Route path="/sign-in">
        <ForNobody>
          <Door page={{ kind: 'sign_in' }} />
        </ForNobody>
      </Route>
      <Route path="/sign-up">
        <ForNobody>
          <Door page={{ kind: 'sign_up' }} />
        </ForNobody>
      </Route>
      <Route path="/j/:code">{({ code }) => <Invited code={code} />}</Route>
      <Route path="/">
        <ForPeople roomId={null} />
      </Route>
      <Route path="/r/:roomId">{({ roomId }) => <ForPeople roomId={roomId} />}</Route>
      <Route>
        <Suspense fallback={<Waiting />}>
          <NotFound />
        </Suspense>
      </Route>
    </Switch>
  )
}

/** Someone who is signed in already has no use for these pages. */
function ForNobody({ children }: { children: ReactNode }) {
  const state = useStore(session, (now) => now.state)
  const next = nextPath(useSearch())
  if (state === 'in') return <Redirect replace to={next} />
  return <Suspense fallback={<Waiting />}>{children}</Suspense>
}

function Invited({ code }: { code: string }) {
  const state = useStore(session, (now) => now.state)
  if (state === 'asking') return <Waiting />
  return (
    <Suspense fallback={<Waiting />}>
      <Door page={{ kind: 'invited', code }} />
    </Suspense>
  )
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
