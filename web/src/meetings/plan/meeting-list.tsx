import { useCallback, useEffect, useRef, useState } from 'react'
import { Link, useLocation } from 'wouter'
import { useStore } from 'zustand'
import { listMeetings } from '../../../../protocol/endpoints/meetings.ts'
import { gate } from '../../gate.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { Segments } from '../../ui/choices.tsx'
import { Icon } from '../../ui/icon.tsx'
import { LinkButton } from '../../ui/link-button.tsx'
import { PagedList } from '../../ui/paged-list.tsx'
import { usePaged } from '../../ui/use-paged.ts'
import { Answer } from '../answer.tsx'
import { Glyph } from '../glyph.tsx'
import { titleOf } from '../facts.ts'
import { Held } from '../held.tsx'
import { shortTime } from '../../times.ts'
import { MeetingDialog } from './meeting-dialog.tsx'
import { MeetingForm } from './meeting-form.tsx'
import type { Meeting } from '../../../../protocol/meetings.ts'
import type { Client } from '../../../sync/client.ts'

/** My meetings: those to come and those that were, and the way to make one. */
export function MeetingList({ client }: { client: Client }) {
  const [, navigate] = useLocation()
  const [when, setWhen] = useState<'coming' | 'past'>('coming')
  const load = useCallback(
    (cursor: string | undefined) => gate.api.call(listMeetings, { query: { when, cursor } }),
    [when],
  )
  const meetings = usePaged<Meeting>(load)
  const { reload } = meetings
  const news = useStore(client.inbox.view, (now) => now.invitation)
  const heard = useRef(news)
  useEffect(() => {
    if (news === heard.current) return
    heard.current = news
    reload()
  }, [news, reload])
  const [makes, setMakes] = useState(false)
  const [open, setOpen] = useState<Meeting | null>(null)

  function changed(meeting: Meeting) {
    setOpen((before) => (before?.id === meeting.id ? meeting : before))
    meetings.change((items) => items.map((one) => (one.id === meeting.id ? meeting : one)))
  }

  return (
    <section aria-label="Meetings" className="flex h-full min-h-0 flex-col">
      <header className="flex h-16 flex-none items-center gap-1 border-b border-line bg-surface ps-5 pe-3 max-sm:ps-1">
        <IconButton className="sm:hidden" label="Back to your rooms" onClick={() => navigate('/')}>
          <Icon mirrored name="back" size={22} />
        </IconButton>
        <h1 className="flex-1 truncate text-lg font-semibold tracking-tight">Meetings</h1>
        <Button onClick={() => setMakes(true)}>New meeting</Button>
      </header>
      <div className="thin-scroll min-h-0 flex-1">
        <div className="mx-auto grid max-w-[48rem] grid-cols-[minmax(0,1fr)] gap-5 p-4 sm:p-6">
          <Segments
            bare
            choices={[
              ['coming', 'Coming'],
              ['past', 'Past'],
            ]}
            chosen={when}
            legend="Which meetings"
            name="when"
            onChoose={setWhen}
          />
          <PagedList
            className="grid grid-cols-[minmax(0,1fr)] gap-3"
            empty={
              when === 'coming'
                ? 'No meeting is planned. Make one, now or for later, and send its link.'
                : 'There was no meeting yet.'
            }
            label="Meetings"
            paged={meetings}
          >
            {(meeting) => (
              <Line key={meeting.id} meeting={meeting} onAnswered={changed} onOpen={() => setOpen(meeting)} />
            )}
          </PagedList>
        </div>
      </div>
      {makes && (
        <MeetingForm
          client={client}
          meeting={null}
          onClose={() => setMakes(false)}
          onMade={(meeting) => {
            setMakes(false)
            if (meeting.schedule === null || meeting.status === 'live') return navigate(`/meet/${meeting.id}`)
            meetings.reload()
            setOpen(meeting)
          }}
        />
      )}
      {open !== null && (
        <MeetingDialog
          client={client}
          meeting={open}
          onChanged={changed}
          onClose={() => setOpen(null)}
          onGone={() => {
            setOpen(null)
            meetings.reload()
          }}
        />
      )}
    </section>
  )
}

function Line({
  meeting,
  onOpen,
  onAnswered,
}: {
  meeting: Meeting
  onOpen: () => void
  onAnswered: (meeting: Meeting) => void
}) {
  const { id, status, schedule, host, roomName, invitation, startedAt, endedAt } = meeting
  const live = status === 'live'
  const over = status === 'ended' || status === 'cancelled'
  return (
    <li className="grid gap-3 rounded-2xl border border-line bg-raised p-4">
      <div className="flex items-start gap-3">
        <span
          className={`grid size-11 flex-none place-items-center rounded-xl ${live ? 'bg-petrol text-on-petrol' : 'bg-petrol-soft text-petrol'}`}
        >
          <Glyph name={meeting.media === 'video' ? 'camera' : 'microphone'} />
        </span>
        <div className="grid min-w-0 flex-1 gap-0.5">
          <h2 className="font-semibold wrap-anywhere">
            <bdi>{meeting.title === '' && schedule === null ? 'Call' : titleOf(meeting)}</bdi>
          </h2>
          {live ? (
            <p className="font-medium text-here">Going on now</p>
          ) : status === 'cancelled' ? (
            <p className="font-medium text-danger">Cancelled</p>
          ) : null}
          {schedule !== null ? (
            <Held schedule={schedule} />
          ) : (
            <p className="text-sm text-muted">{shortTime(endedAt ?? startedAt ?? 0)}</p>
          )}
          <p className="truncate text-sm text-muted">
            <bdi>{host.name}</bdi>
            {roomName !== null && (
              <>
                {' in '}
                <bdi>{roomName}</bdi>
              </>
            )}
          </p>
        </div>
      </div>
      {invitation !== null && !over && <Answer answer={invitation} meeting={id} onAnswered={onAnswered} />}
      <div className="flex flex-wrap gap-2">
        {!over && (
          <LinkButton href={`/meet/${id}`} look={live ? 'primary' : 'quiet'}>
            {live ? 'Join' : 'Open'}
          </LinkButton>
        )}
        {over && meeting.me !== 'invited' && (
          <Link
            className="inline-flex min-h-11 items-center rounded-lg border border-line px-4 font-medium hover:bg-sunken"
            href={`/r/${meeting.room}`}
          >
            To the chat
          </Link>
        )}
        <Button className="min-h-11" look="quiet" onClick={onOpen}>
          Details
        </Button>
      </div>
    </li>
  )
}
