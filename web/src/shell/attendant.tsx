import { lazy, Suspense, useEffect } from 'react'
import { useStore } from 'zustand'
import { useLocation } from 'wouter'
import { RingCards } from '../calls/ring-cards.tsx'
import { notifyOf } from '../notify/notify.ts'
import { persistently } from '../persistently.ts'
import { asked } from '../search/asked.ts'
import { attendKeys } from '../search/attend-keys.ts'
import { PaneBoundary } from '../ui/pane-boundary.tsx'
import { attendIdleness } from './idleness.ts'
import { InboxNotices } from './inbox-notices.tsx'
import { Invitations } from './invitations.tsx'
import { OverPage } from './over-page.tsx'
import { PageToast } from './page-toast.tsx'
import type { Client } from '../../sync/client.ts'
import type { Around } from './around.ts'

const Search = lazy(async () => ({ default: (await persistently(() => import('../search/search.tsx'))).Search }))

/** What goes on around list and room: dialogs and menus of the page, calls that ring, notifications. */
export function Attendant({ client, around }: { client: Client; around: Around }) {
  const { inbox } = client
  const [, navigate] = useLocation()
  const over = useStore(around, (now) => now.over)
  useEffect(() => attendIdleness(inbox.look), [inbox])
  const search = useStore(asked, (now) => now.search)
  useEffect(attendKeys, [])
  useEffect(() => () => asked.setState({ search: null }), [])
  useEffect(() => notifyOf(client, (room) => navigate(`/r/${room}`, { state: { inside: true } })), [client, navigate])
  return (
    <>
      <RingCards inbox={inbox} />
      <InboxNotices inbox={inbox} />
      <Invitations around={around} inbox={inbox} />
      <PageToast />
      {search !== null && (
        <PaneBoundary name="search">
          <Suspense>
            <Search client={client} room={search.room} turn={search.turn} />
          </Suspense>
        </PaneBoundary>
      )}
      {over !== null && <OverPage around={around} client={client} over={over} />}
    </>
  )
}
