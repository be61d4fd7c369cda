import { useStore } from 'zustand'
import { muted, type NotifyLevel } from '../../../protocol/inbox.ts'
import { isArchived } from '../../sync/inbox/lines.ts'
import { endTime } from '../times.ts'
import { Menu, MenuChoice, MenuItem, MenuLine } from '../ui/menu.tsx'
import { muteTimes, untilUnmuted } from './mute-times.ts'
import type { Client } from '../../sync/client.ts'
import type { Around } from '../shell/around.ts'
import type { Anchor } from '../ui/popup.tsx'

const levels: [level: NotifyLevel, words: string][] = [
  ['all', 'All messages'],
  ['mentions', 'Only mentions'],
  ['nothing', 'Nothing'],
]

/** What I may do with one of my rooms without opening it. */
export function RoomMenu({
  room,
  client,
  around,
  at,
  onClose,
}: {
  room: string
  client: Client
  around: Around
  at: Anchor
  onClose: () => void
}) {
  const { inbox } = client
  const line = useStore(inbox.view, (now) => now.rooms.find((one) => one.room === room))
  if (line === undefined) return null
  const now = inbox.now()
  const archived = isArchived(line, now)
  const isMuted = muted(line, now)
  const timed = line.level !== 'nothing' && isMuted
  const choose = (run: () => void) => () => {
    onClose()
    run()
  }
  return (
    <Menu at={at} label={line.name} onClose={onClose}>
      <MenuItem icon="unread" onClick={choose(() => inbox.markRoom(room, line.unread > 0 ? 'read' : 'unread'))}>
        {line.unread > 0 ? 'Mark as read' : 'Mark as unread'}
      </MenuItem>
      <MenuItem icon="pin" onClick={choose(() => inbox.setRoom(room, { pinned: line.pinnedAt === null }))}>
        {line.pinnedAt === null ? 'Pin to the top' : 'Unpin'}
      </MenuItem>
      <MenuItem icon="archive" onClick={choose(() => inbox.setRoom(room, { archived: !archived }))}>
        {archived ? 'Take out of the archive' : 'Archive'}
      </MenuItem>
      <MenuLine />
      {timed ? (
        <MenuItem icon="horn" onClick={choose(() => inbox.setRoom(room, { mutedUntil: null }))}>
          Unmute{' '}
          {line.mutedUntil! < untilUnmuted && (
            <span className="text-muted">(muted until {endTime(line.mutedUntil!, now)})</span>
          )}
        </MenuItem>
      ) : (
        line.level !== 'nothing' &&
        muteTimes.map(({ words, forMs }) => (
          <MenuItem
            icon="hush"
            key={words}
            onClick={choose(() => inbox.setRoom(room, { mutedUntil: forMs === null ? untilUnmuted : now + forMs }))}
          >
            {words}
          </MenuItem>
        ))
      )}
      <MenuLine />
      <div aria-label="Notify me about" role="group">
        <p aria-hidden="true" className="px-2.5 pt-1 pb-0.5 text-xs font-semibold text-muted">
          Notify me about
        </p>
        {levels.map(([level, words]) => (
          <MenuChoice checked={line.level === level} key={level} onClick={choose(() => inbox.setRoom(room, { level }))}>
            {words}
          </MenuChoice>
        ))}
      </div>
      {line.type === 'group' && (
        <>
          <MenuLine />
          <MenuItem
            danger
            icon="leave"
            onClick={() => around.setState({ over: { kind: 'leave', line } })}
            why={line.role === 'owner' ? 'Hand the room over before you leave it.' : null}
          >
            Leave the room
          </MenuItem>
        </>
      )}
    </Menu>
  )
}
