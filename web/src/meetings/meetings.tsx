import { Route, Switch } from 'wouter'
import { useStore } from 'zustand'
import { session } from '../session.ts'
import { Unreachable } from '../system/unreachable.tsx'
import { Waiting } from '../system/waiting.tsx'
import { Come } from './come.tsx'

/** The pages of a meeting: by one of its links, or by itself. */
export function Meetings() {
  const now = useStore(session)
  const client = now.state === 'in' ? now.client : null
  // Who somebody is decides how they come in: a member whom nobody could ask for is no guest.
  if (now.state === 'asking') return <Waiting />
  if (now.state === 'unreachable') return <Unreachable />
  return (
    <Switch>
      <Route path="/m/:code">{({ code }) => <Come client={client} way={{ kind: 'link', code }} />}</Route>
      <Route path="/meet/:id">{({ id }) => <Come client={client} way={{ kind: 'meeting', id }} />}</Route>
    </Switch>
  )
}
