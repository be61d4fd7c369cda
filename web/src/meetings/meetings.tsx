import { Route, Switch } from 'wouter'
import { useStore } from 'zustand'
import { session } from '../session.ts'
import { Waiting } from '../system/waiting.tsx'
import { Come } from './come.tsx'

/** The pages of a meeting: by one of its links, or by itself. */
export function Meetings() {
  const now = useStore(session)
  const client = now.state === 'in' ? now.client : null
  // Who somebody is decides how they come in; where that cannot be asked, the page itself says so.
  if (now.state === 'asking') return <Waiting />
  return (
    <Switch>
      <Route path="/m/:code">{({ code }) => <Come client={client} way={{ kind: 'link', code }} />}</Route>
      <Route path="/meet/:id">{({ id }) => <Come client={client} way={{ kind: 'meeting', id }} />}</Route>
    </Switch>
  )
}
