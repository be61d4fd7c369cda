import { lazy, Suspense, useEffect, useState } from 'react'
import { useStore } from 'zustand'
import { Announcer } from '../room/announcer.tsx'
import { Composer } from '../room/composer.tsx'
import { createDesk, DeskOf } from '../room/desk.ts'
import { Room } from '../room/room.tsx'
import { Timeline } from '../room/timeline.tsx'
import { TypingLine } from '../room/typing-line.tsx'
import { RoomList } from '../rooms/room-list.tsx'
import { persistently } from '../persistently.ts'
import { asked } from '../search/asked.ts'
import { leave } from '../session.ts'
import { PaneBoundary } from '../ui/pane-boundary.tsx'
import { createAround } from './around.ts'
import { RichText } from '../room/rich-text.tsx'
import { ConnectionBar } from './connection-bar.tsx'
import { useIdle } from '../ui/use-idle.ts'
import { useTitle } from './title.ts'
import type { Client } from '../../sync/client.ts'

const Attendant = lazy(async () => ({ default: (await persistently(() => import('./attendant.tsx'))).Attendant }))
/** What stands where a room would be. */
export type Pane = 'explore' | 'meetings'

const panes = {
  explore: lazy(async () => ({ default: (await persistently(() => import('../explore/explore.tsx'))).Explore })),
  meetings: lazy(async () => {
    return { default: (await persistently(() => import('../meetings/plan/meeting-list.tsx'))).MeetingList }
  }),
  none: lazy(async () => ({ default: (await persistently(() => import('./no-room.tsx'))).NoRoom })),
}

/** What a room is made of, for a meeting's chat: asked for from here, it stays in one chunk, which packs better. */
export const parts = { createDesk, DeskOf, Timeline, Announcer, TypingLine, Composer, ConnectionBar, RichText }

/** The list of rooms and one room: side by side where there is space, one at a time where there is not. */
export function Shell({
  client,
  roomId,
  seq,
  pane,
}: {
  client: Client
  roomId: string | null
  /** The message to open it at. */
  seq: number | null
  pane: Pane | null
}) {
  const alone = roomId === null && pane === null
  const { view } = client.inbox
  const badge = useStore(view, (now) => now.badge)
  const closed = useStore(view, (now) => now.closed)
  const [around] = useState(createAround)
  const InPlace = panes[pane ?? 'none']
  const over = useStore(around, (now) => now.over !== null)
  const searches = useStore(asked, (now) => now.search !== null)
  // Nobody needs it to read: it comes while the page has nothing else to do, or when it is asked for.
  const idle = useIdle()
  useTitle(badge)
  useEffect(() => {
    if (closed === 'signed_out') leave(true)
  }, [closed])
  return (
    <main className="relative flex h-dvh">
      <div
        className={`min-h-0 flex-none flex-col border-line bg-surface max-sm:w-full sm:flex sm:w-[17.5rem] sm:border-e lg:w-80 ${
          alone ? 'flex' : 'max-sm:hidden'
        }`}
      >
        <PaneBoundary name="room list">
          <RoomList around={around} client={client} head={alone} open={roomId} />
        </PaneBoundary>
      </div>
      <div className={`min-h-0 min-w-0 flex-1 ${alone ? 'max-sm:hidden' : ''}`}>
        {roomId === null ? (
          <Suspense>
            <InPlace client={client} />
          </Suspense>
        ) : (
          <PaneBoundary name="room" resetKey={roomId}>
            <Room client={client} key={roomId} roomId={roomId} seq={seq} />
          </PaneBoundary>
        )}
      </div>
      <PaneBoundary name="attendant">
        <Suspense>{(idle || over || searches) && <Attendant around={around} client={client} />}</Suspense>
      </PaneBoundary>
    </main>
  )
}
