import { lazy, Suspense, useEffect } from 'react'
import { Route, Switch, useLocation } from 'wouter'
import { useStore } from 'zustand'
import { loadDoor } from './auth/load-door.ts'
import { withNext } from './next-path.ts'
import { persistently } from './persistently.ts'
import { session } from './session.ts'
import { loadShell } from './shell/load-shell.ts'
import { Unreachable } from './system/unreachable.tsx'
import { Waiting } from './system/waiting.tsx'
import type { Pane } from './shell/shell.tsx'

const Door = lazy(loadDoor)
const Shell = lazy(loadShell)
const NotFound = lazy(async () => ({ default: (await persistently(() => import('./system/not-found.tsx'))).NotFound }))

/** The pages of door.tsx, which says what each shows. */
const doors = /^\/(sign-in(\/code)?|sign-up|forgot|new-password|account-deleted|auth\/confirm|(j|m|meet)\/[^/]+)\/?$/

/** A room, or one message in it. */
const rooms = /^\/r\/([^/]+)(?:\/m\/(\d+))?\/?$/

/** Every page, and who may see it. */
export function App() {
  return (
    <Switch>
      <Route path="/">
        <ForPeople roomId={null} />
      </Route>
      <Route path="/explore">
        <ForPeople pane="explore" roomId={null} />
      </Route>
      <Route path="/meetings">
        <ForPeople pane="meetings" roomId={null} />
      </Route>
      <Route path={rooms}>
        {({ 0: roomId = '', 1: seq }) => <ForPeople roomId={roomId} seq={Number(seq) || null} />}
      </Route>
      <Route path={doors}>
        <Suspense fallback={<Waiting />}>
          <Door />
        </Suspense>
      </Route>
      <Route>
        <Suspense fallback={<Waiting />}>
          <NotFound />
        </Suspense>
      </Route>
    </Switch>
  )
}

function ForPeople({
  roomId,
  seq = null,
  pane = null,
}: {
  roomId: string | null
  seq?: number | null
  pane?: Pane | null
}) {
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
          <Shell client={now.client} pane={pane} roomId={roomId} seq={seq} />
        </Suspense>
      )
  }
}

function ToSignIn() {
  const [path, navigate] = useLocation()
  useEffect(() => navigate(withNext('/sign-in', path), { replace: true }), [navigate, path])
  return <Waiting />
}
