import { useEffect, useRef, useState } from 'react'
import { useStore } from 'zustand'
import { Button, IconButton } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { problem } from './notice-text.ts'
import type { Desk, Toast } from './desk.ts'
import type { Notice } from '../../sync/types.ts'

/** What came of things I just did: for a while, or until it was read when it failed. */
export function Toasts({ desk }: { desk: Desk }) {
  const toasts = useStore(desk.laid, (now) => now.toasts)
  const besides = useStore(desk.laid, (now) => now.beside !== null)
  const notices = useStore(desk.client.view, (now) => now.notices)
  return (
    <div
      className={`pointer-events-none absolute inset-x-0 top-29 z-30 grid justify-items-center gap-2 px-3 ${besides ? 'lg:end-90' : ''}`}
    >
      <div className="contents" role="alert">
        {notices.slice(-2).map((notice) => (
          <Failed desk={desk} key={notice.id} notice={notice} />
        ))}
      </div>
      <div className="contents" role="status">
        {toasts.map((toast) => (
          <Said desk={desk} key={toast.id} toast={toast} />
        ))}
      </div>
    </div>
  )
}

const card =
  'toast pointer-events-auto flex w-fit max-w-full items-center gap-3 rounded-xl ps-4 pe-1.5 py-1.5 min-h-11 shadow-float'

function Said({ desk, toast }: { desk: Desk; toast: Toast }) {
  const [held, setHeld] = useState(false)
  const left = useRef(toast.forMs)
  // The pointer or the focus on it stops its time.
  useEffect(() => {
    if (held) return
    const since = Date.now()
    const timer = setTimeout(() => desk.unsay(toast.id), left.current)
    return () => {
      clearTimeout(timer)
      left.current -= Date.now() - since
    }
  }, [desk, held, toast.id])
  const { action } = toast
  const close = () => {
    desk.unsay(toast.id)
    desk.focusField('room')
  }
  return (
    <div
      className={`${card} bg-ink text-surface`}
      onBlur={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
    >
      <span className="min-w-0 flex-1">{toast.text}</span>
      {action !== null && (
        <button
          className="min-h-8 rounded-lg px-2 font-semibold underline decoration-1 underline-offset-3 hover:decoration-2 focus-visible:outline-surface touch:min-h-11"
          onClick={() => {
            action.run()
            close()
          }}
          type="button"
        >
          {action.label}
        </button>
      )}
      <button
        aria-label="Close this"
        className="grid size-8 flex-none place-items-center rounded-lg focus-visible:outline-surface touch:size-11"
        onClick={close}
        type="button"
      >
        <Icon name="close" size={16} />
      </button>
    </div>
  )
}

function Failed({ desk, notice }: { desk: Desk; notice: Notice }) {
  const { client } = desk
  const { text, seq, id } = notice
  const row = client.view.getState().rows.find((one) => one.state === 'confirmed' && one.message.seq === seq)
  const message = row?.state === 'confirmed' && !row.message.deleted ? row.message : null
  return (
    <div className={`${card} border border-danger bg-danger-soft text-danger`}>
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
