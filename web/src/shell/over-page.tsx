import { lazy, Suspense } from 'react'
import { persistently } from '../persistently.ts'
import { RoomMenu } from '../rooms/room-menu.tsx'
import type { Client } from '../../sync/client.ts'
import type { Around, Over } from './around.ts'

const New = lazy(async () => ({ default: (await persistently(() => import('../new/new.tsx'))).New }))
const LeaveRoom = lazy(async () => ({
  default: (await persistently(() => import('../rooms/leave-room.tsx'))).LeaveRoom,
}))
const You = lazy(async () => ({ default: (await persistently(() => import('../settings/you.tsx'))).You }))

/** What stands over the whole page for a moment. */
export function OverPage({ client, around, over }: { client: Client; around: Around; over: Over }) {
  const close = () => around.setState({ over: null })
  switch (over.kind) {
    case 'new':
      return (
        <Suspense>
          <New client={client} onClose={close} />
        </Suspense>
      )
    case 'you':
      return (
        <Suspense>
          <You client={client} onClose={close} />
        </Suspense>
      )
    case 'room_menu':
      return <RoomMenu around={around} at={over.at} client={client} key={over.room} onClose={close} room={over.room} />
    case 'leave':
      return (
        <Suspense>
          <LeaveRoom client={client} name={over.line.name} onClose={close} room={over.line.room} />
        </Suspense>
      )
  }
}
