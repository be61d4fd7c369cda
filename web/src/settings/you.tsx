import { useState } from 'react'
import { Dialog } from '../ui/dialog.tsx'
import { BlockedPage } from './blocked-page.tsx'
import { NotificationsPage } from './notifications-page.tsx'
import { PrivacyPage } from './privacy-page.tsx'
import { StatusPage } from './status-page.tsx'
import { UnreadPage } from './unread-page.tsx'
import { YouPage } from './you-page.tsx'
import type { Client } from '../../sync/client.ts'

/** The pages of the dialog. */
export type Page = 'you' | 'status' | 'notifications' | 'privacy' | 'blocked' | 'unread'

const titles: Record<Page, string> = {
  you: 'You',
  status: 'Your status',
  notifications: 'Notifications',
  privacy: 'Privacy',
  blocked: 'Blocked people',
  unread: 'Unread looks wrong?',
}

/** Who I am here, how I show myself, and what I set for myself. */
export function You({ client, onClose }: { client: Client; onClose: () => void }) {
  const [page, setPage] = useState<Page>('you')
  const back = page === 'you' ? undefined : () => setPage('you')
  return (
    <Dialog onBack={back} onClose={onClose} title={titles[page]}>
      <OnePage client={client} onBack={back ?? onClose} onPage={setPage} page={page} />
    </Dialog>
  )
}

function OnePage({
  page,
  client,
  onPage,
  onBack,
}: {
  page: Page
  client: Client
  onPage: (page: Page) => void
  onBack: () => void
}) {
  switch (page) {
    case 'you':
      return <YouPage client={client} onPage={onPage} />
    case 'status':
      return <StatusPage inbox={client.inbox} onDone={onBack} />
    case 'notifications':
      return <NotificationsPage inbox={client.inbox} />
    case 'privacy':
      return <PrivacyPage inbox={client.inbox} onPage={onPage} />
    case 'blocked':
      return <BlockedPage client={client} />
    case 'unread':
      return <UnreadPage client={client} />
  }
}
