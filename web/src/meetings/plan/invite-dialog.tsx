import { useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Invite } from './invite.tsx'
import { MeetingLinks } from './meeting-links.tsx'
import type { Meeting } from '../../../../protocol/meetings.ts'
import type { Client } from '../../../sync/client.ts'

/** Gets others into a meeting that is going on: by a link, or by name and mail. */
export function InviteDialog({
  client,
  meeting,
  onClose,
}: {
  client: Client
  meeting: Pick<Meeting, 'id' | 'title'>
  onClose: () => void
}) {
  const [named, setNamed] = useState(false)
  return named ? (
    <Dialog key="named" onBack={() => setNamed(false)} onClose={onClose} title="Invite people">
      <Invite client={client} meeting={meeting} />
    </Dialog>
  ) : (
    <Dialog key="links" onClose={onClose} title="Bring others in">
      <div className="grid grid-cols-[minmax(0,1fr)] gap-6">
        <Button className="justify-self-start" look="quiet" onClick={() => setNamed(true)}>
          Invite by name or e-mail
        </Button>
        <MeetingLinks meeting={meeting} />
      </div>
    </Dialog>
  )
}
