import { useEffect, useRef, useState } from 'react'
import { Icon } from './icon.tsx'

/** A word about something I just did, for a while: the pointer or the focus on it stops its time. */
export function Toast({
  text,
  forMs,
  action,
  onOver,
  onClose,
}: {
  text: string
  forMs: number
  action: { label: string; run: () => void } | null
  /** Its time is over. */
  onOver: () => void
  /** It was closed, or its action was chosen. */
  onClose: () => void
}) {
  const [held, setHeld] = useState(false)
  const left = useRef(forMs)
  const over = useRef(onOver)
  over.current = onOver
  useEffect(() => {
    if (held) return
    const since = Date.now()
    const timer = setTimeout(() => over.current(), left.current)
    return () => {
      clearTimeout(timer)
      left.current -= Date.now() - since
    }
  }, [held])
  return (
    <div
      className={`${toastCard} bg-ink text-surface`}
      onBlur={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
    >
      <span className="min-w-0 flex-1">{text}</span>
      {action !== null && (
        <button
          className="min-h-8 rounded-lg px-2 font-semibold underline decoration-1 underline-offset-3 hover:decoration-2 focus-visible:outline-surface touch:min-h-11"
          onClick={() => {
            action.run()
            onClose()
          }}
          type="button"
        >
          {action.label}
        </button>
      )}
      <button
        aria-label="Close this"
        className="grid size-8 flex-none place-items-center rounded-lg focus-visible:outline-surface touch:size-11"
        onClick={onClose}
        type="button"
      >
        <Icon name="close" size={16} />
      </button>
    </div>
  )
}

/** The look of anything that floats over a room for a moment. */
export const toastCard =
  'toast pointer-events-auto flex w-fit max-w-full items-center gap-3 rounded-xl ps-4 pe-1.5 py-1.5 min-h-11 shadow-float'
