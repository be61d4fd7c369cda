import { useState } from 'react'
import { useLocation } from 'wouter'
import { useStore } from 'zustand'
import { failureOf, sentence } from '../outcome.ts'
import { ConnectionBar } from '../shell/connection-bar.tsx'
import { Avatar } from '../ui/avatar.tsx'
import { Button, IconButton } from '../ui/button.tsx'
import { Mark } from '../ui/mark.tsx'
import { Icon } from '../ui/icon.tsx'
import { Notice } from '../ui/notice.tsx'
import { ownState } from '../people/own-state.ts'
import { PresenceDot } from '../people/presence-dot.tsx'
import { search } from '../search/asked.ts'
import { FilterChips } from './filter-chips.tsx'
import { shows, tally, type RoomFilter } from './room-filter.ts'
import { RoomLines } from './room-lines.tsx'
import { stillOrder } from './still-order.ts'
import { useHeld } from './use-held.ts'
import type { Client } from '../../sync/client.ts'
import type { Around } from '../shell/around.ts'

const emptyWords: Record<Exclude<RoomFilter, 'all'>, string> = {
  unread: 'You have read everything.',
  direct: 'Nobody has written to you alone yet.',
  groups: 'You are in no group yet.',
  archived: 'Nothing is archived.',
}

/** My rooms: the pinned ones, then the most recent first. */
export function RoomList({
  client,
  open,
  head,
  around,
}: {
  client: Client
  open: string | null
  /** Nothing stands beside it that has the page's heading. */
  head: boolean
  around: Around
}) {
  const { inbox, me: person } = client
  const { rooms, state, stale, failure, connection, status, closed } = useStore(inbox.view)
  const invited = useStore(around, (now) => now.invited)
  const [, navigate] = useLocation()
  const [filter, setFilter] = useState<RoomFilter>('all')
  const { held, handlers } = useHeld(() => shown.map(({ room }) => room))
  const now = inbox.now()
  const count = tally(rooms, now)
  const shown = stillOrder(rooms, held).filter(
    (line) => shows(filter, line, open, now) || (filter === 'unread' && held?.includes(line.room) === true),
  )
  const refresh = () => inbox.refresh()
  const Heading = head ? 'h1' : 'p'
  const online = connection.state === 'live'
  return (
    <>
      <header className="flex h-16 flex-none items-center gap-1 border-b border-line ps-4 pe-2">
        <Heading className="flex flex-1 items-center gap-2.5 text-lg font-bold tracking-tight">
          <Mark size={26} />
          Parley
        </Heading>
        <IconButton label="Search" onClick={() => search(null)}>
          <Icon name="search" />
        </IconButton>
        <IconButton label="New" onClick={() => around.setState({ over: { kind: 'new' } })}>
          <Icon name="plus" />
        </IconButton>
        <button
          className="grid size-11 flex-none place-items-center rounded-full"
          onClick={() => around.setState({ over: { kind: 'you' } })}
          title={person.name}
          type="button"
        >
          <span className="relative">
            <Avatar name={person.name} shape="person" size="medium" />
            <PresenceDot state={ownState(status, online)} />
          </span>
          <span className="sr-only">You: {person.name}</span>
        </button>
      </header>
      {open === null && <ConnectionBar connection={connection} />}
      {closed === 'client_too_old' ? (
        <Said action="Load it" onClick={() => location.reload()}>
          There is a new version of Parley.
        </Said>
      ) : (
        state === 'known' &&
        // Offline, the bar above says why.
        (connection.state === 'live' ? stale : failure !== null && connection.state !== 'offline') && (
          <Said action="Refresh" onClick={refresh}>
            This list may be out of date.
          </Said>
        )
      )}
      {invited > 0 && (
        <Said action="Answer" onClick={() => navigate('/meetings', { state: { inside: true } })}>
          {invited === 1 ? 'You are invited to a meeting.' : `You are invited to ${invited} meetings.`}
        </Said>
      )}
      {rooms.length > 0 && (
        <FilterChips archived={count.archived} chosen={filter} onChoose={setFilter} unread={count.unread} />
      )}
      <div className="min-h-0 flex-1" {...handlers}>
        {state === 'unknown' ? (
          failure === null ? (
            <Loading />
          ) : (
            <Notice action={<Button onClick={refresh}>Try again</Button>} title="Your rooms could not be loaded">
              {sentence(failureOf(failure))}
            </Notice>
          )
        ) : rooms.length === 0 ? (
          <Notice
            action={<Button onClick={() => around.setState({ over: { kind: 'new' } })}>Begin a conversation</Button>}
            title="No rooms yet"
          >
            Write to someone, make a group, or look at the public rooms.
          </Notice>
        ) : shown.length === 0 ? (
          <Notice
            action={
              filter !== 'all' && (
                <Button look="quiet" onClick={() => setFilter('all')}>
                  Show all rooms
                </Button>
              )
            }
            title={filter === 'all' ? 'All your rooms are archived.' : emptyWords[filter]}
          />
        ) : (
          <RoomLines around={around} client={client} key={filter} open={open} rooms={shown} />
        )}
      </div>
    </>
  )
}

/** A line over the list about all of it, and what to do. */
function Said({ action, onClick, children }: { action: string; onClick: () => void; children: string }) {
  return (
    <div
      className="flex items-center gap-2 border-b border-line bg-sunken px-4 py-1.5 text-sm text-muted"
      role="status"
    >
      <span className="min-w-0 flex-1">{children}</span>
      <Button look="link" onClick={onClick}>
        {action}
      </Button>
    </div>
  )
}

function Loading() {
  return (
    <div aria-label="Loading your rooms" className="breathing pt-2" role="status">
      {['w-40', 'w-28', 'w-36', 'w-24', 'w-32'].map((width) => (
        <div className="skeleton-line" key={width}>
          <i className="blob" />
          <div className="grid gap-2.5">
            <i className={`bar ${width}`} />
            <i className="bar w-20 opacity-60" />
          </div>
        </div>
      ))}
    </div>
  )
}
