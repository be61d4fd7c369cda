import { useEffect, useLayoutEffect, useRef } from 'react'
import type { KeyboardEvent, ReactNode } from 'react'

/** Where something was asked for, in pixels of the view; a point has no size. */
export interface Anchor {
  x: number
  y: number
  width: number
  height: number
}

/** The place of an element. */
export function anchorOf(element: Element): Anchor {
  const { x, y, width, height } = element.getBoundingClientRect()
  return { x, y, width, height }
}

/** This far from what it belongs to, and from the edges of the view. */
const gapPx = 6

/**
 * Something small over everything else, beside what it was asked from; a sheet at the bottom of a narrow view. Esc, Tab
 * and a press beside it close it, and the focus goes back to where it was.
 */
export function Popup({
  at,
  label,
  role,
  className = '',
  onClose,
  onKeyDown,
  children,
}: {
  at: Anchor
  label: string
  role: 'menu' | 'dialog'
  className?: string
  onClose: () => void
  onKeyDown?: (event: KeyboardEvent<HTMLDivElement>) => void
  children: ReactNode
}) {
  const popup = useRef<HTMLDivElement>(null)
  const close = useRef(onClose)
  close.current = onClose

  useLayoutEffect(() => {
    const element = popup.current!
    const before = document.activeElement
    element.showPopover()
    place(element, at)
    const resized = new ResizeObserver(() => place(element, at))
    resized.observe(element)
    return () => {
      resized.disconnect()
      // What was chosen may have taken the focus elsewhere already.
      if (element.contains(document.activeElement) && before instanceof HTMLElement)
        before.focus({ preventScroll: true })
    }
  }, [at])

  useEffect(() => {
    const beside = (event: Event) => {
      if (!popup.current!.contains(event.target as Node)) close.current()
    }
    const resized = () => close.current()
    document.addEventListener('pointerdown', beside, true)
    addEventListener('resize', resized)
    return () => {
      document.removeEventListener('pointerdown', beside, true)
      removeEventListener('resize', resized)
    }
  }, [])

  return (
    <div
      aria-label={label}
      className={`popup m-0 rounded-xl border border-line bg-raised text-ink shadow-float max-sm:inset-x-0 max-sm:top-auto max-sm:bottom-0 max-sm:w-full max-sm:max-w-none max-sm:rounded-b-none max-sm:pb-[env(safe-area-inset-bottom)] ${className}`}
      onKeyDown={(event) => {
        // It hangs in the page where it was asked for: its keys are nobody else's.
        event.stopPropagation()
        if (event.key === 'Escape' || (event.key === 'Tab' && role === 'menu')) {
          event.preventDefault()
          return onClose()
        }
        onKeyDown?.(event)
      }}
      popover="manual"
      ref={popup}
      role={role}
    >
      {children}
    </div>
  )
}

function place(element: HTMLElement, at: Anchor): void {
  if (matchMedia('(max-width: 639.98px)').matches) {
    element.style.left = element.style.top = ''
    return
  }
  const { width, height } = element.getBoundingClientRect()
  const rtl = getComputedStyle(element).direction === 'rtl'
  const start = rtl ? at.x + at.width - width : at.x
  const below = at.y + at.height + gapPx
  const above = at.y - height - gapPx
  const fits = below + height <= innerHeight - gapPx
  element.style.left = `${clamp(start, innerWidth - width)}px`
  element.style.top = `${clamp(fits || above < gapPx ? below : above, innerHeight - height)}px`
}

function clamp(value: number, most: number): number {
  return Math.max(gapPx, Math.min(value, most - gapPx))
}
