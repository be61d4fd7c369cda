import { Avatar } from '../ui/avatar.tsx'
import { Button } from '../ui/button.tsx'
import { Sign } from '../ui/sign.tsx'
import type { ListedRoom } from '../../../protocol/endpoints/directory.ts'

/** What a public room says of itself, and the way in. */
export function RoomCard({ room, onEnter, onOpen }: { room: ListedRoom; onEnter: () => void; onOpen: () => void }) {
  const { name, description, memberCount, joinPolicy, passcode, member } = room
  const asks = joinPolicy === 'approval'
  return (
    <li className="grid grid-cols-[minmax(0,1fr)] grid-rows-[auto_1fr_auto] gap-3 rounded-xl border border-line bg-surface p-4">
      <div className="flex items-center gap-3">
        <Avatar name={name} shape="room" size="large" />
        <div className="grid min-w-0">
          <h2 className="truncate font-semibold">
            <bdi>{name}</bdi>
          </h2>
          <p className="flex items-center gap-1.5 text-sm text-muted">
            {memberCount === 1 ? '1 member' : `${memberCount.toLocaleString()} members`}
            {passcode && !member && (
              <>
                <Sign name="lock" size={14} />
                <span className="sr-only">Asks for a passcode</span>
              </>
            )}
          </p>
        </div>
      </div>
      <p className="line-clamp-3 text-sm break-words text-muted" dir="auto">
        {description}
      </p>
      {member ? (
        <Button aria-label={`Open ${name}`} look="quiet" onClick={onOpen}>
          Open
        </Button>
      ) : (
        <Button aria-label={asks ? `Ask to join ${name}` : `Join ${name}`} onClick={onEnter}>
          {asks ? 'Ask to join' : 'Join'}
        </Button>
      )}
    </li>
  )
}
