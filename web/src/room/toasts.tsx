import { useStore } from 'zustand'
import { Button, IconButton } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { Toast, toastCard } from '../ui/toast.tsx'
import { problem } from './notice-text.ts'
import type { Desk } from './desk.ts'
import type { Notice } from '../../sync/types.ts'

/** What came of things I just did: for a while, or until it was read when it failed. */
export function Toasts({ desk }: { desk: Desk }) {
  const toasts = useStore(desk.laid, (now) => now.toasts)
  const besides = useStore(desk.laid, (now) => now.beside !== null)
  const notices = useStore(desk.client.view, (now) => now.notices)
  return (
    <div
      className={`pointer-events-none absolute inset-x-0 top-29 z-30 grid justify-items-center gap-2 px-3 ${besides ? 'max-lg:top-auto max-lg:bottom-6 lg:end-90' : ''}`}
    >
      <div className="contents" role="alert">
        {notices.slice(-2).map((notice) => (
          <Failed desk={desk} key={notice.id} notice={notice} />
        ))}
      </div>
      <div className="contents" role="status">
        {toasts.map((toast) => (
          <Toast
            action={toast.action}
            forMs={toast.forMs}
            key={toast.id}
            onClose={() => {
              desk.unsay(toast.id)
              desk.focusField('room')
            }}
            onOver={() => desk.unsay(toast.id)}
            text={toast.text}
          />
        ))}
      </div>
    </div>
  )
}

function Failed({ desk, notice }: { desk: Desk; notice: Notice }) {
  const { client } = desk
  const { text, seq, id } = notice
  const row = client.view.getState().rows.find((one) => one.state === 'confirmed' && one.message.seq === seq)
  const message = row?.state === 'confirmed' && !row.message.deleted ? row.message : null
  return (
    <div className={`${toastCard} border border-danger bg-danger-soft text-danger`}>
      <Icon name="alert" size={18} />
      <span className="min-w-0 flex-1 text-pretty">{problem(notice)}</span>
      {text !== null && message !== null && (
        <Button
          look="danger"
          onClick={() => {
            desk.compose('room', { kind: 'edit', message: { ...message, text } })
            desk.focusField('room')
            client.dismiss(id)
          }}
        >
          Edit again
        </Button>
      )}
      {text !== null && message === null && (
        <Button
          look="danger"
          onClick={() => {
            void navigator.clipboard?.writeText(text).then(() => client.dismiss(id))
          }}
        >
          Copy the text
        </Button>
      )}
      <IconButton className="text-danger!" label="Close this" onClick={() => client.dismiss(id)}>
        <Icon name="close" size={16} />
      </IconButton>
    </div>
  )
}
