import { useCallback, useEffect, useId, useState } from 'react'
import { useLocation } from 'wouter'
import { listDirectory, type ListedRoom } from '../../../protocol/endpoints/directory.ts'
import { limits } from '../../../protocol/limits.ts'
import { gate } from '../gate.ts'
import { IconButton } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { PagedList } from '../ui/paged-list.tsx'
import { usePaged } from '../ui/use-paged.ts'
import { ComeIn } from './come-in.tsx'
import { RoomCard } from './room-card.tsx'
import type { Client } from '../../sync/client.ts'

/** Letters come faster than anyone wants answers. */
const restMs = 250

/** The public rooms: what each says of itself, and the way in. */
export function Explore({ client }: { client: Client }) {
  const [, navigate] = useLocation()
  const field = useId()
  const [text, setText] = useState('')
  const wanted = useRested(text.trim())
  const load = useCallback(
    (cursor: string | undefined) => gate.api.call(listDirectory, { query: { q: wanted, cursor } }),
    [wanted],
  )
  const rooms = usePaged<ListedRoom>(load)
  const [entering, setEntering] = useState<ListedRoom | null>(null)
  const count = rooms.items?.length ?? 0

  function back() {
    if ((history.state as { inside?: boolean } | null)?.inside === true) history.back()
    else navigate('/', { replace: true })
  }

  return (
    <section aria-label="Public rooms" className="flex h-full min-h-0 flex-col">
      <header className="flex h-16 flex-none items-center gap-1 border-b border-line bg-surface ps-5 pe-2 max-sm:ps-1">
        <IconButton className="sm:hidden" label="Back to your rooms" onClick={back}>
          <Icon mirrored name="back" size={22} />
        </IconButton>
        <h1 className="truncate text-lg font-semibold tracking-tight">Public rooms</h1>
      </header>
      <div className="thin-scroll min-h-0 flex-1">
        <div className="mx-auto grid max-w-[60rem] grid-cols-[minmax(0,1fr)] gap-5 p-4 sm:p-6">
          <div className="relative">
            <label className="sr-only" htmlFor={field}>
              Find a public room
            </label>
            <span className="pointer-events-none absolute inset-y-0 start-3 grid place-items-center text-muted">
              <Icon name="search" size={18} />
            </span>
            <input
              autoComplete="off"
              className="min-h-11 w-full rounded-lg border border-line-strong bg-raised ps-10 pe-3 text-base"
              dir="auto"
              id={field}
              maxLength={limits.roomName}
              onChange={(event) => setText(event.target.value)}
              placeholder="Find a public room"
              type="search"
              value={text}
            />
          </div>
          <p className="sr-only" role="status">
            {rooms.pending || rooms.failure !== null ? '' : said(count, rooms.more)}
          </p>
          <PagedList
            className="grid grid-cols-[repeat(auto-fill,minmax(min(16rem,100%),1fr))] gap-3"
            empty={
              wanted === ''
                ? 'There is no public room yet. Whoever makes a group can make it public.'
                : 'No public room has a name like this.'
            }
            label="Public rooms"
            paged={rooms}
          >
            {(room) => (
              <RoomCard
                key={room.id}
                onEnter={() => setEntering(room)}
                onOpen={() => navigate(`/r/${room.id}`, { state: { inside: true } })}
                room={room}
              />
            )}
          </PagedList>
        </div>
      </div>
      {entering !== null && <ComeIn client={client} onClose={() => setEntering(null)} room={entering} />}
    </section>
  )
}

/** A text once nothing more was written for a moment. */
function useRested(text: string): string {
  const [rested, setRested] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setRested(text), restMs)
    return () => clearTimeout(timer)
  }, [text])
  return rested
}

function said(count: number, more: boolean): string {
  if (count === 0) return 'No rooms'
  return `${count}${more ? ' or more' : ''} ${count === 1 ? 'room' : 'rooms'}`
}
