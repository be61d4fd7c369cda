import { lazy, Suspense } from 'react'
import { useStore } from 'zustand'
import { persistently } from '../persistently.ts'
import { Confirm } from '../ui/confirm.tsx'
import { useDesk, type Over as What } from './desk.ts'
import { Forward } from './forward.tsx'
import { messageAt } from './message-at.ts'
import { MessageMenu } from './message-menu.tsx'
import { authorName, peopleOf, roomName } from './people.ts'
import { QuoteBlock } from './quote.tsx'
import type { Message } from '../../sync/wire.ts'

const AddPeople = lazy(async () => ({ default: (await persistently(() => import('./add-people.tsx'))).AddPeople }))
const Invite = lazy(async () => ({ default: (await persistently(() => import('./invite.tsx'))).Invite }))
const EmojiPicker = lazy(async () => ({
  default: (await persistently(() => import('./emoji-picker.tsx'))).EmojiPicker,
}))

/** What stands over the room for a moment. */
export function Over({ over }: { over: What }) {
  const desk = useDesk()
  const close = () => desk.over(null)
  switch (over.kind) {
    case 'menu':
      return (
        <About seq={over.seq}>
          {(message) => <MessageMenu at={over.at} message={message} onClose={close} place={over.place} />}
        </About>
      )
    case 'emoji':
      return (
        <About seq={over.seq}>
          {(message) => (
            <Suspense>
              <EmojiPicker at={over.at} message={message} onClose={close} />
            </Suspense>
          )}
        </About>
      )
    case 'forward':
      return <Forward message={over.message} onClose={close} />
    case 'delete':
      return <DeleteOthers message={over.message} onClose={close} />
    case 'invite': {
      const view = desk.client.view.getState()
      return (
        <Suspense>
          <Invite name={roomName(view)} onClose={close} roomId={view.roomId} />
        </Suspense>
      )
    }
    case 'add_people':
      return (
        <Suspense>
          <AddPeople onClose={close} />
        </Suspense>
      )
  }
}

/** The message as it stands now; nothing when it is not loaded any more. */
function About({ seq, children }: { seq: number; children: (message: Message) => React.ReactNode }) {
  const { client } = useDesk()
  const message = useStore(client.view, (now) => {
    return messageAt(now, seq)
  })
  return message === null ? null : children(message)
}

function DeleteOthers({ message, onClose }: { message: Message; onClose: () => void }) {
  const { client } = useDesk()
  const name = authorName(message, peopleOf(client.view.getState().members))
  return (
    <Confirm
      act={async () => {
        await client.remove(message.seq)
        return null
      }}
      doing="Deleting…"
      onClose={onClose}
      title="Delete this message?"
      verb="Delete for everyone"
    >
      <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
        <QuoteBlock name={name} text={message.text} />
        <p>Everyone will see that a moderator deleted it. This cannot be taken back.</p>
      </div>
    </Confirm>
  )
}
