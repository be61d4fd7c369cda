import { useVirtualizer } from '@tanstack/react-virtual'
import { useRef, useState } from 'react'
import { useStore } from 'zustand'
import { useMinute } from '../clock.ts'
import { failureOf, sentence } from '../outcome.ts'
import { Account } from '../shell/account.tsx'
import { Avatar } from '../ui/avatar.tsx'
import { Button, IconButton } from '../ui/button.tsx'
import { Mark } from '../ui/flags.tsx'
import { Icon } from '../ui/icon.tsx'
import { Notice } from '../ui/notice.tsx'
import { NewRoom } from './new-room.tsx'
import { RoomLine } from './room-line.tsx'
import type { RoomSummary } from '../../../protocol/api.ts'
import type { Client } from '../../sync/client.ts'

/** The height of one line, in pixels; RoomLine has it too. */
const lineHeight = 68

/** My rooms, most recent first. */
export function RoomList({ client, open }: { client: Client; open: string | null }) {
  const person = client.me
  const list = useStore(client.rooms.view)
  const drafts = useStore(client.drafts)
  const refresh = () => void client.rooms.refresh()
  // The room that is open has the page's heading.
  const Heading = open === null ? 'h1' : 'p'
  const [dialog, setDialog] = useState<'new_room' | 'account' | null>(null)
  return (
    <>
      <header className="flex h-16 flex-none items-center gap-1 border-b border-line ps-4 pe-2">
        <Heading className="flex flex-1 items-center gap-2.5 text-lg font-bold tracking-tight">
          <Mark size={26} />
          Parley
        </Heading>
        <IconButton label="New room" onClick={() => setDialog('new_room')}>
          <Icon name="plus" />
        </IconButton>
        <button
          className="grid size-11 flex-none place-items-center rounded-full"
          onClick={() => setDialog('account')}
          title={person.name}
          type="button"
        >
          <Avatar name={person.name} shape="person" size="medium" />
          <span className="sr-only">You: {person.name}</span>
        </button>
      </header>
      {list.state === 'known' && list.failure !== null && (
        <div
          className="flex items-center gap-2 border-b border-line bg-sunken px-4 py-1.5 text-sm text-muted"
          role="status"
        >
          <span className="min-w-0 flex-1">This list may be out of date.</span>
          <Button look="link" onClick={refresh}>
            Refresh
          </Button>
        </div>
      )}
      <div className="min-h-0 flex-1">
        {list.state === 'unknown' ? (
          list.failure === null ? (
            <Loading />
          ) : (
            <Notice action={<Button onClick={refresh}>Try again</Button>} title="Your rooms could not be loaded">
              {sentence(failureOf(list.failure))}
            </Notice>
          )
        ) : list.rooms.length === 0 ? (
          <Notice
            action={<Button onClick={() => setDialog('new_room')}>Make your first room</Button>}
            title="No rooms yet"
          >
            Make one, then send its invitation to the people you want in it.
          </Notice>
        ) : (
          <Lines drafts={drafts} me={person.id} open={open} rooms={list.rooms} />
        )}
      </div>
      {dialog === 'new_room' && <NewRoom onClose={() => setDialog(null)} rooms={client.rooms} />}
      {dialog === 'account' && <Account client={client} onClose={() => setDialog(null)} />}
    </>
  )
}

function Lines({
  rooms,
  drafts,
  open,
  me,
}: {
  rooms: readonly RoomSummary[]
  drafts: Readonly<Record<string, string>>
  open: string | null
  me: string
}) {
  const scroller = useRef<HTMLElement>(null)
  const now = useMinute()
  const lines = useVirtualizer({
    count: rooms.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => lineHeight,
    getItemKey: (index) => rooms[index]!.id,
    overscan: 6,
    paddingStart: 8,
    paddingEnd: 8,
  })
  return (
    <nav aria-label="Rooms" className="thin-scroll h-full" ref={scroller}>
      <ul className="relative" style={{ height: lines.getTotalSize() }}>
        {lines.getVirtualItems().map((line) => (
          <li
            aria-posinset={line.index + 1}
            aria-setsize={rooms.length}
            className="absolute inset-x-0 top-0 px-2"
            key={line.key}
            style={{ height: line.size, transform: `translateY(${line.start}px)` }}
          >
            <RoomLine
              current={rooms[line.index]!.id === open}
              draft={drafts[rooms[line.index]!.id] ?? ''}
              me={me}
              now={now}
              room={rooms[line.index]!}
            />
          </li>
        ))}
      </ul>
    </nav>
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
