import { useCallback } from 'react'
import { useLocation } from 'wouter'
import { joinPublicRoom, type ListedRoom } from '../../../protocol/endpoints/directory.ts'
import { gate } from '../gate.ts'
import { Enter } from '../join/enter.tsx'
import { Avatar } from '../ui/avatar.tsx'
import { Dialog } from '../ui/dialog.tsx'
import type { Client } from '../../sync/client.ts'

/** A public room in full, and the way into it. */
export function ComeIn({ client, room, onClose }: { client: Client; room: ListedRoom; onClose: () => void }) {
  const [, navigate] = useLocation()
  const inside = useCallback(() => {
    client.inbox.refresh()
    navigate(`/r/${room.id}`, { state: { inside: true } })
  }, [client, navigate, room.id])

  return (
    <Dialog onClose={onClose} title={room.name}>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
        <div className="flex items-center gap-4">
          <Avatar name={room.name} shape="room" size="huge" />
          <p className="text-muted">
            {room.memberCount === 1 ? '1 member' : `${room.memberCount.toLocaleString()} members`}
          </p>
        </div>
        {room.description !== '' && (
          <p className="max-h-60 overflow-y-auto break-words whitespace-pre-wrap" dir="auto">
            {room.description}
          </p>
        )}
        <Enter
          approval={room.joinPolicy === 'approval'}
          client={client}
          come={(passcode) =>
            gate.api.call(joinPublicRoom, {
              params: { room: room.id },
              body: passcode === undefined ? {} : { passcode },
            })
          }
          onInside={inside}
          passcode={room.passcode}
          room={room.id}
        />
      </div>
    </Dialog>
  )
}
