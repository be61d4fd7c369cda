import { lazy, Suspense, useEffect, useRef, useState, type ReactNode } from 'react'
import { persistently } from '../persistently.ts'
import { Dialog } from '../ui/dialog.tsx'
import { AccountPage } from './account-page.tsx'
import { BlockedPage } from './blocked-page.tsx'
import { DevicesPage } from './devices-page.tsx'
import { EmailPage } from './email-page.tsx'
import { NamePage } from './name-page.tsx'
import { NotificationsPage } from './notifications-page.tsx'
import { PasswordPage } from './password-page.tsx'
import { PrivacyPage } from './privacy-page.tsx'
import { StatusPage } from './status-page.tsx'
import { UnreadPage } from './unread-page.tsx'
import { YouPage } from './you-page.tsx'
import type { Client } from '../../sync/client.ts'

// Hardly anyone goes there, and nobody often.
const ExportPage = lazy(async () => ({ default: (await persistently(() => import('./export-page.tsx'))).ExportPage }))
const ErasePage = lazy(async () => ({ default: (await persistently(() => import('./erase-page.tsx'))).ErasePage }))

/** The pages of the dialog. */
export type Page =
  | 'you'
  | 'status'
  | 'account'
  | 'name'
  | 'email'
  | 'password'
  | 'devices'
  | 'export'
  | 'erase'
  | 'notifications'
  | 'privacy'
  | 'blocked'
  | 'unread'

/** What a page may do. */
interface Ways {
  client: Client
  onPage: (page: Page) => void
  onBack: () => void
}

/** Each page's title, the page it lies behind, and what it shows. */
const pages: Record<Page, { title: string; behind: Page | null; show: (ways: Ways) => ReactNode }> = {
  you: { title: 'You', behind: null, show: (ways) => <YouPage {...ways} /> },
  status: {
    title: 'Your status',
    behind: 'you',
    show: ({ client, onBack }) => <StatusPage inbox={client.inbox} onDone={onBack} />,
  },
  account: { title: 'Account', behind: 'you', show: (ways) => <AccountPage {...ways} /> },
  name: {
    title: 'Your name',
    behind: 'account',
    show: ({ client, onBack }) => <NamePage name={client.me.name} onDone={onBack} />,
  },
  email: { title: 'Your e-mail', behind: 'account', show: ({ client }) => <EmailPage email={client.me.email} /> },
  password: {
    title: 'Your password',
    behind: 'account',
    show: ({ client }) => <PasswordPage email={client.me.email} />,
  },
  devices: { title: 'Where you are signed in', behind: 'account', show: () => <DevicesPage /> },
  export: { title: 'Your data', behind: 'account', show: () => <ExportPage /> },
  erase: {
    title: 'Delete your account',
    behind: 'account',
    show: ({ client, onPage }) => <ErasePage client={client} onExport={() => onPage('export')} />,
  },
  notifications: {
    title: 'Notifications',
    behind: 'you',
    show: ({ client }) => <NotificationsPage inbox={client.inbox} />,
  },
  privacy: {
    title: 'Privacy',
    behind: 'you',
    show: ({ client, onPage }) => <PrivacyPage inbox={client.inbox} onPage={onPage} />,
  },
  blocked: { title: 'Blocked people', behind: 'you', show: ({ client }) => <BlockedPage client={client} /> },
  unread: { title: 'Unread looks wrong?', behind: 'you', show: ({ client }) => <UnreadPage client={client} /> },
}

/** Who I am here, how I show myself, and what I set for myself. */
export function You({ client, onClose }: { client: Client; onClose: () => void }) {
  const [page, setPage] = useState<Page>('you')
  const { title, behind, show } = pages[page]
  const around = useRef<HTMLDivElement>(null)
  // What led here is gone, and the focus with it.
  useEffect(() => {
    const dialog = around.current?.closest('dialog')
    const { activeElement } = document
    if (activeElement === document.body || activeElement === dialog) dialog?.querySelector('h2')?.focus()
  }, [page])
  return (
    <Dialog onBack={behind === null ? undefined : () => setPage(behind)} onClose={onClose} title={title}>
      <div ref={around}>
        <Suspense fallback={<p className="text-muted">One moment…</p>}>
          {show({ client, onPage: setPage, onBack: behind === null ? onClose : () => setPage(behind) })}
        </Suspense>
      </div>
    </Dialog>
  )
}
