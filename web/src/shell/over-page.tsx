import { lazy, Suspense } from 'react'
import { NewRoom } from '../rooms/new-room.tsx'
import { LeaveRoom } from '../rooms/leave-room.tsx'
import { RoomMenu } from '../rooms/room-menu.tsx'
import type { Client } from '../../sync/client.ts'
import type { Around, Over } from './around.ts'

const You = lazy(async () => ({ default: (await import('../settings/you.tsx')).You }))

/** What stands over the whole page for a moment. */
export function OverPage({ client, around, over }: { client: Client; around: Around; over: Over }) {
  const close = () => around.setState({ over: null })
  switch (over.kind) {
    case 'new_room':
      return <NewRoom inbox={client.inbox} onClose={close} />
    case 'you':
      return (
        <Suspense>
          <You client={client} onClose={close} />
        </Suspense>
      )
    case 'room_menu':
      return <RoomMenu around={around} at={over.at} client={client} key={over.room} onClose={close} room={over.room} />
    case 'leave':
      return <LeaveRoom client={client} line={over.line} onClose={close} />
  }
}
