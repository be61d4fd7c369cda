import { useStore } from 'zustand'
import { Hoist } from '../ui/flags.tsx'
import { Notice } from '../ui/notice.tsx'
import type { Client } from '../../sync/client.ts'

/** Where a room would be, while none is open. */
export function NoRoom({ client }: { client: Client }) {
  const some = useStore(client.inbox.view, (now) => now.rooms.length > 0)
  return (
    <Notice art={<Hoist />} title={some ? 'Pick a room' : 'Welcome aboard'}>
      {some ? 'It opens here, where you left off.' : 'Your rooms open here.'}
    </Notice>
  )
}
