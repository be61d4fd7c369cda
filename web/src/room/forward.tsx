import { useState } from 'react'
import { useLocation } from 'wouter'
import { useStore } from 'zustand'
import { Avatar } from '../ui/avatar.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Field } from '../ui/field.tsx'
import { Alert } from '../ui/notice.tsx'
import { useDesk } from './desk.ts'
import { authorName, peopleOf } from './people.ts'
import { QuoteBlock } from './quote.tsx'
import type { RoomLine } from '../../../protocol/inbox.ts'
import type { Message } from '../../sync/wire.ts'

/** So many rooms are shown; a name finds the others. */
const mostShown = 50

/** Asks for the room that a message goes to, and sends it there. */
export function Forward({ message, onClose }: { message: Message; onClose: () => void }) {
  const desk = useDesk()
  const [, navigate] = useLocation()
  const rooms = useStore(desk.mine.inbox.view, (now) => now.rooms)
  const [wanted, setWanted] = useState('')
  const [failed, setFailed] = useState(false)
  const here = desk.client.view.getState()
  const name = authorName(message, peopleOf(here.members))
  const found = rooms.filter((room) => room.name.toLocaleLowerCase().includes(wanted.trim().toLocaleLowerCase()))

  async function send(to: RoomLine) {
    setFailed(false)
    const other = desk.mine.openRoom(to.room)
    try {
      await other.send(message.text, { forwarded: true })
    } catch {
      return setFailed(true)
    } finally {
      // What waits in a room keeps it open until it is sent.
      other.close()
    }
    onClose()
    if (to.room === here.roomId) return
    const open = () => navigate(`/r/${to.room}`, { state: { inside: true } })
    desk.say(`Forwarded to ${to.name}.`, { action: { label: 'Open', run: open } })
  }

  return (
    <Dialog onClose={onClose} title="Forward to">
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
        <QuoteBlock name={name} text={message.text} />
        <Field
          autoComplete="off"
          autoFocus
          dir="auto"
          label="Find a room"
          onChange={(event) => setWanted(event.target.value)}
          type="search"
          value={wanted}
        />
        {failed && <Alert>The message could not be kept for sending. Try again.</Alert>}
        {found.length === 0 ? (
          <p className="py-4 text-center text-muted">
            {rooms.length === 0 ? 'You have no rooms.' : 'No room has this name.'}
          </p>
        ) : (
          <ul aria-label="Rooms" className="-mx-2 grid grid-cols-[minmax(0,1fr)] gap-0.5">
            {found.slice(0, mostShown).map((room) => (
              <li key={room.room}>
                <button
                  className="flex min-h-13 w-full items-center gap-3 rounded-xl px-2 text-start hover:bg-sunken focus-visible:-outline-offset-2"
                  onClick={() => void send(room)}
                  type="button"
                >
                  <Avatar name={room.name} shape={room.type === 'direct' ? 'person' : 'room'} size="medium" />
                  <span className="min-w-0 flex-1 truncate font-medium">
                    <bdi>{room.name}</bdi>
                  </span>
                </button>
              </li>
            ))}
          </ul>
        )}
      </div>
    </Dialog>
  )
}
