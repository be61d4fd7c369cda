import { useId, useLayoutEffect, useRef } from 'react'
import { IconButton } from './button.tsx'
import { Icon } from './icon.tsx'
import type { ReactNode } from 'react'

/**
 * A modal dialog while it is mounted. Esc, the close button and a click beside it call `onClose`; focus goes back by
 * itself. With `onBack` it is one page of several: a button leads to the one before.
 */
export function Dialog({
  title,
  onClose,
  onBack,
  children,
}: {
  title: string
  onClose: () => void
  onBack?: (() => void) | undefined
  children: ReactNode
}) {
  const dialog = useRef<HTMLDialogElement>(null)
  const heading = useId()
  // Closed while it is still in the page: only then the browser gives the focus back to where it was.
  useLayoutEffect(() => {
    const element = dialog.current
    element?.showModal()
    // A field that takes the focus by itself does so before the dialog is open.
    element?.querySelector<HTMLElement>('[data-first], input:not([type=radio], [readonly]), textarea')?.focus()
    return () => element?.close()
  }, [])
  return (
    <dialog
      aria-labelledby={heading}
      className="m-auto w-full max-w-md rounded-2xl border border-line bg-surface p-0 shadow-float max-sm:mb-0 max-sm:max-w-none max-sm:rounded-b-none"
      onCancel={(event) => {
        // That of a dialog over this one comes by here, too.
        if (event.target !== dialog.current) return
        event.preventDefault()
        onClose()
      }}
      onClick={(event) => {
        if (event.target === dialog.current) onClose()
      }}
      // A dialog may hang in a panel: its Esc is its own.
      onKeyDown={(event) => event.stopPropagation()}
      ref={dialog}
    >
      <div className="grid max-h-[85dvh] grid-cols-[minmax(0,1fr)] grid-rows-[auto_1fr]">
        <header className={`flex items-center gap-2 border-b border-line py-2 pe-2 ${onBack ? 'ps-2' : 'ps-5'}`}>
          {onBack && (
            <IconButton label="Back" onClick={onBack}>
              <Icon mirrored name="back" />
            </IconButton>
          )}
          <h2
            className="min-w-0 flex-1 py-1.5 font-semibold text-balance wrap-anywhere outline-none"
            id={heading}
            tabIndex={-1}
          >
            {title}
          </h2>
          <IconButton label="Close" onClick={onClose}>
            <Icon name="close" />
          </IconButton>
        </header>
        <div className="thin-scroll p-5 pb-[max(1.25rem,env(safe-area-inset-bottom))]">{children}</div>
      </div>
    </dialog>
  )
}
