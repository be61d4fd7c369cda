import { useEffect } from 'react'
import { useStore } from 'zustand'
import { useLocation } from 'wouter'
import { RingCards } from '../calls/ring-cards.tsx'
import { notifyOf } from '../notify/notify.ts'
import { attendIdleness } from './idleness.ts'
import { InboxNotices } from './inbox-notices.tsx'
import { OverPage } from './over-page.tsx'
import { PageToast } from './page-toast.tsx'
import type { Client } from '../../sync/client.ts'
import type { Around } from './around.ts'

/** What goes on around list and room: dialogs and menus of the page, calls that ring, notifications. */
export function Attendant({ client, around }: { client: Client; around: Around }) {
  const { inbox } = client
  const [, navigate] = useLocation()
  const over = useStore(around, (now) => now.over)
  useEffect(() => attendIdleness(inbox.look), [inbox])
  useEffect(() => notifyOf(client, (room) => navigate(`/r/${room}`, { state: { inside: true } })), [client, navigate])
  return (
    <>
      <RingCards inbox={inbox} />
      <InboxNotices inbox={inbox} />
      <PageToast />
      {over !== null && <OverPage around={around} client={client} over={over} />}
    </>
  )
}
