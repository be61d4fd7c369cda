import { useState } from 'react'
import { Button } from '../ui/button.tsx'
import { Confirm } from '../ui/confirm.tsx'
import { Sign } from '../ui/sign.tsx'
import { signOut } from './sign-out.ts'
import { Way } from '../ui/way.tsx'
import type { Client } from '../../sync/client.ts'
import type { Page } from './you.tsx'

/** What there is to do about the account. */
export function AccountPage({ client, onPage }: { client: Client; onPage: (page: Page) => void }) {
  const [asked, setAsked] = useState(false)
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-6">
      <ul className="-mx-2 grid grid-cols-[minmax(0,1fr)]">
        <Way icon="people" onClick={() => onPage('name')} says={client.me.name} words="Name" />
        <Way icon="unread" onClick={() => onPage('email')} says={client.me.email} words="E-mail" />
        <Way icon="lock" onClick={() => onPage('password')} words="Password" />
        <Way icon="settings" onClick={() => onPage('devices')} words="Where you are signed in" />
        <Way icon="copy" onClick={() => onPage('export')} words="Your data" />
        <Way icon="trash" onClick={() => onPage('erase')} words="Delete your account" />
      </ul>
      <Button look="quiet" onClick={() => setAsked(true)}>
        <Sign mirrored name="leave" size={18} />
        Sign out everywhere
      </Button>
      {asked && (
        <Confirm
          act={async () => {
            await signOut(client, true)
            return null
          }}
          doing="Signing out…"
          onClose={() => setAsked(false)}
          title="Sign out everywhere?"
          verb="Sign out everywhere"
        >
          Every device and every bot of yours is signed out at once, this device too. What is half written or not sent
          yet on this device is deleted.
        </Confirm>
      )}
    </div>
  )
}
