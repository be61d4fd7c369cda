import { useState } from 'react'
import { useStore } from 'zustand'
import { askForNotifications, notifications, switchNotifications } from '../notify/permission.ts'
import { sentence } from '../outcome.ts'
import { Button } from '../ui/button.tsx'
import { Alert } from '../ui/notice.tsx'
import { Switch } from '../ui/choices.tsx'
import { QuietHoursForm } from './quiet-hours-form.tsx'
import { useSettings } from './use-settings.ts'
import type { Inbox } from '../../sync/inbox/types.ts'

/** What tells me of news while the page is not before me, and when nothing does. */
export function NotificationsPage({ inbox }: { inbox: Inbox }) {
  const { settings, change, failure } = useSettings(inbox)
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-6">
      <OnThisDevice />
      {failure !== null && <Alert>{sentence(failure)}</Alert>}
      {settings === null ? (
        <p className="text-muted">Your settings are not here yet. They come with the connection.</p>
      ) : (
        <>
          <Switch
            hint="Otherwise it says only that there is a new message, and where."
            label="Show what was written"
            on={settings.previews}
            onChange={(previews) => void change({ previews })}
          />
          <QuietHoursForm hours={settings.quietHours} onChange={(quietHours) => void change({ quietHours })} />
          <p className="text-sm text-muted">
            What a single room tells you of, you set in its menu in the list: everything, mentions alone, or nothing.
          </p>
        </>
      )}
    </div>
  )
}

function OnThisDevice() {
  const state = useStore(notifications, (now) => now.state)
  const [asking, setAsking] = useState(false)
  switch (state) {
    case 'unsupported':
      return <p className="text-muted">This browser shows no notifications.</p>
    case 'blocked':
      return (
        <p className="text-muted">
          Your browser keeps notifications of Parley back. Allow them in its settings for this site, beside the address,
          and load the page again.
        </p>
      )
    case 'unasked':
      return (
        <div className="grid gap-3">
          <p className="text-pretty text-muted">
            While Parley is not before you, this device can show one notification for each room with news. It makes no
            sound and goes when the room is read anywhere. Your browser will ask whether you allow that.
          </p>
          <Button
            onClick={() => {
              setAsking(true)
              void askForNotifications().finally(() => setAsking(false))
            }}
            pending={asking}
          >
            Allow notifications
          </Button>
        </div>
      )
    case 'off':
    case 'on':
      return (
        <Switch
          hint="One for each room with news, while Parley is not before you. It makes no sound."
          label="Notifications on this device"
          on={state === 'on'}
          onChange={switchNotifications}
        />
      )
  }
}
