import { useEffect, useId, useLayoutEffect, useRef } from 'react'
import { IconButton } from './button.tsx'
import { Icon } from './icon.tsx'
import type { ReactNode } from 'react'

/**
 * What stands beside a room, over it where there is no space beside. Esc and its button close it; focus goes back. With
 * `onBack` it is a page behind another: a button leads to that.
 */
export function Panel({
  title,
  foot,
  fills = false,
  onBack,
  onClose,
  children,
}: {
  title: ReactNode
  /** What stays in view under what scrolls. */
  foot?: ReactNode
  /** What is in it scrolls by itself. */
  fills?: boolean
  onBack?: (() => void) | undefined
  onClose: () => void
  children: ReactNode
}) {
  const panel = useRef<HTMLElement>(null)
  const heading = useId()
  const before = useRef<Element | null>(null)
  useLayoutEffect(() => {
    before.current = document.activeElement
  }, [])
  useEffect(() => {
    const element = panel.current!
    // A field in it may have taken the focus already.
    if (!element.contains(document.activeElement)) {
      element.querySelector<HTMLElement>('h2')?.focus({ preventScroll: true })
    }
    return () => {
      const back = before.current
      const lost = document.activeElement === document.body || element.contains(document.activeElement)
      if (lost && back instanceof HTMLElement && back.isConnected) back.focus({ preventScroll: true })
    }
  }, [])
  return (
    <aside
      aria-labelledby={heading}
      className="absolute inset-y-0 end-0 z-20 flex w-full flex-col border-line bg-surface sm:w-90 sm:border-s sm:shadow-float lg:static lg:flex-none lg:shadow-none"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented) return
        event.stopPropagation()
        onClose()
      }}
      ref={panel}
    >
      <header
        className={`flex h-16 flex-none items-center gap-2 border-b border-line pe-2 ${onBack ? 'ps-2' : 'ps-4'}`}
      >
        {onBack && (
          <IconButton label="Back" onClick={onBack}>
            <Icon mirrored name="back" />
          </IconButton>
        )}
        <h2 className="min-w-0 flex-1 truncate text-base font-semibold outline-none" id={heading} tabIndex={-1}>
          {title}
        </h2>
        <IconButton label="Close" onClick={onClose}>
          <Icon name="close" />
        </IconButton>
      </header>
      <div className={`min-h-0 flex-1 ${fills ? '' : 'thin-scroll'}`}>{children}</div>
      {foot}
    </aside>
  )
}
