import { useState } from 'react'
import { cancelMeeting } from '../../../../protocol/endpoints/meetings.ts'
import { gate } from '../../gate.ts'
import { Button } from '../../ui/button.tsx'
import { Confirm } from '../../ui/confirm.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { titleOf } from '../facts.ts'
import { Held } from '../held.tsx'
import { Invite } from './invite.tsx'
import { MeetingForm } from './meeting-form.tsx'
import { MeetingLinks } from './meeting-links.tsx'
import { Recordings } from './recordings.tsx'
import type { Meeting } from '../../../../protocol/meetings.ts'
import type { Client } from '../../../sync/client.ts'

type Page = 'about' | 'links' | 'invite' | 'recordings'

const titles: Record<Exclude<Page, 'about'>, string> = {
  links: 'Links of the meeting',
  invite: 'Invite people',
  recordings: 'Recordings',
}

/** One meeting: when it is or was, what was recorded, and, for hosts before its end, everything about it. */
export function MeetingDialog({
  client,
  meeting,
  onChanged,
  onGone,
  onClose,
}: {
  client: Client
  meeting: Meeting
  onChanged: (meeting: Meeting) => void
  /** It was cancelled, or ended. */
  onGone: () => void
  onClose: () => void
}) {
  const [page, setPage] = useState<Page>('about')
  const [changes, setChanges] = useState(false)
  const [cancels, setCancels] = useState(false)
  const { id, schedule, host, description, status } = meeting
  const over = status === 'ended' || status === 'cancelled'
  const hosts = !over && (meeting.me === 'host' || meeting.me === 'cohost')
  if (changes) {
    return (
      <MeetingForm
        client={client}
        meeting={meeting}
        onClose={() => setChanges(false)}
        onMade={(changed) => {
          setChanges(false)
          onChanged(changed)
        }}
      />
    )
  }
  if (page !== 'about') {
    return (
      <Dialog key={page} onBack={() => setPage('about')} onClose={onClose} title={titles[page]}>
        {page === 'links' && <MeetingLinks meeting={meeting} />}
        {page === 'invite' && <Invite client={client} meeting={meeting} />}
        {page === 'recordings' && <Recordings meeting={meeting} />}
      </Dialog>
    )
  }
  return (
    <Dialog key="about" onClose={onClose} title={titleOf(meeting)}>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-5">
        {schedule !== null && <Held schedule={schedule} />}
        <p className="text-muted">
          Hosted by <bdi className="font-medium text-ink">{host.name}</bdi>
        </p>
        {description !== '' && (
          <p className="whitespace-pre-wrap wrap-anywhere" dir="auto">
            {description}
          </p>
        )}
        <div className="flex flex-wrap gap-2">
          {hosts && (
            <>
              <Button onClick={() => setPage('links')}>Copy a link</Button>
              <Button look="quiet" onClick={() => setPage('invite')}>
                Invite people
              </Button>
            </>
          )}
          <Button look="quiet" onClick={() => setPage('recordings')}>
            Recordings
          </Button>
          {schedule !== null && !over && (
            <a
              className="inline-flex min-h-10 items-center rounded-lg border border-line px-4 font-medium hover:bg-sunken touch:min-h-11"
              download="meeting.ics"
              href={`/api/v1/meetings/${id}/calendar`}
            >
              For your calendar
            </a>
          )}
        </div>
        {hosts && (
          <div className="flex flex-wrap gap-4 border-t border-line pt-4">
            <Button look="link" onClick={() => setChanges(true)}>
              Change
            </Button>
            <Button look="danger" onClick={() => setCancels(true)}>
              {status === 'live' ? 'End for everyone' : 'Cancel the meeting'}
            </Button>
          </div>
        )}
      </div>
      {cancels && (
        <Confirm
          act={async () => {
            await gate.api.call(cancelMeeting, { params: { meeting: id } })
            return null
          }}
          back="Keep it"
          doing="Cancelling…"
          onClose={() => setCancels(false)}
          onDone={onGone}
          title={status === 'live' ? 'End it for everyone?' : 'Cancel this meeting?'}
          verb={status === 'live' ? 'End for everyone' : 'Cancel the meeting'}
        >
          {status === 'live'
            ? 'The call ends for everyone who is in it.'
            : 'Whoever is invited is told. Its links open nothing any more.'}
        </Confirm>
      )}
    </Dialog>
  )
}
