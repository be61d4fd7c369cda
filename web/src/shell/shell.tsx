import { useStore } from 'zustand'
import { Room } from '../room/room.tsx'
import { RoomList } from '../rooms/room-list.tsx'
import { Hoist } from '../ui/flags.tsx'
import { Notice } from '../ui/notice.tsx'
import { PaneBoundary } from '../ui/pane-boundary.tsx'
import { totalUnread, useTitle } from './title.ts'
import type { Client } from '../../sync/client.ts'

/** The list of rooms and one room: side by side where there is space, one at a time where there is not. */
export function Shell({ client, roomId }: { client: Client; roomId: string | null }) {
  const unread = useStore(client.rooms.view, (list) => totalUnread(list.rooms))
  useTitle(unread)
  return (
    <main className="flex h-dvh">
      <div
        className={`min-h-0 flex-none flex-col border-line bg-surface max-sm:w-full sm:flex sm:w-[17.5rem] sm:border-e lg:w-80 ${
          roomId === null ? 'flex' : 'max-sm:hidden'
        }`}
      >
        <PaneBoundary name="room list">
          <RoomList client={client} open={roomId} />
        </PaneBoundary>
      </div>
      <div className={`min-h-0 min-w-0 flex-1 ${roomId === null ? 'max-sm:hidden' : ''}`}>
        {roomId === null ? (
          <Nothing client={client} />
        ) : (
          <PaneBoundary name="room" resetKey={roomId}>
            <Room client={client} key={roomId} roomId={roomId} />
          </PaneBoundary>
        )}
      </div>
    </main>
  )
}

function Nothing({ client }: { client: Client }) {
  const some = useStore(client.rooms.view, (list) => list.rooms.length > 0)
  return (
    <Notice art={<Hoist />} title={some ? 'Pick a room' : 'Welcome aboard'}>
      {some ? 'It opens here, where you left off.' : 'Your rooms open here.'}
    </Notice>
  )
}
