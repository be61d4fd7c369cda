import { useEffect, useRef } from 'react'
import { Sign } from './sign.tsx'
import { Popup } from './popup.tsx'
import type { ComponentProps, KeyboardEvent, ReactNode } from 'react'
import type { Anchor } from './popup.tsx'

/** A menu beside what it was asked from. Arrows, Home, End and first letters move in it. */
export function Menu({
  at,
  label,
  onClose,
  children,
}: {
  at: Anchor
  label: string
  onClose: () => void
  children: ReactNode
}) {
  const inside = useRef<HTMLDivElement>(null)
  useEffect(() => itemsOf(inside.current!)[0]?.focus({ preventScroll: true }), [])

  function onKeyDown(event: KeyboardEvent) {
    const to = step(event.key, itemsOf(inside.current!))
    if (to === null) return
    event.preventDefault()
    to.focus()
  }

  return (
    <Popup at={at} className="sm:min-w-56" label={label} onClose={onClose} onKeyDown={onKeyDown} role="menu">
      <div className="thin-scroll grid max-h-[70dvh] gap-0.5 p-1.5" ref={inside} role="presentation">
        {children}
      </div>
    </Popup>
  )
}

/** One thing to do. What cannot be done now stays in its place and says why. */
export function MenuItem({
  icon,
  children,
  why = null,
  danger = false,
  onClick,
}: {
  icon: ComponentProps<typeof Sign>['name']
  children: ReactNode
  /** Why it cannot be done now; null: it can. */
  why?: string | null
  danger?: boolean
  onClick: () => void
}) {
  return (
    <button
      aria-disabled={why !== null || undefined}
      className={`flex min-h-9 w-full items-center gap-3 rounded-lg px-2.5 py-1 text-start hover:bg-sunken focus-visible:bg-sunken focus-visible:outline-offset-[-2px] aria-disabled:cursor-default aria-disabled:text-muted aria-disabled:hover:bg-transparent max-sm:min-h-11 ${danger ? 'text-danger' : ''}`}
      onClick={why === null ? onClick : undefined}
      role="menuitem"
      tabIndex={-1}
      type="button"
    >
      <Sign name={icon} size={18} />
      <span className="min-w-0">
        {children}
        {why !== null && <span className="block max-w-60 text-xs text-muted">{why}</span>}
      </span>
    </button>
  )
}

/** One of several things, of which one holds. */
export function MenuChoice({
  checked,
  children,
  onClick,
}: {
  checked: boolean
  children: ReactNode
  onClick: () => void
}) {
  return (
    <button
      aria-checked={checked}
      className="flex min-h-9 w-full items-center gap-3 rounded-lg px-2.5 py-1 text-start hover:bg-sunken focus-visible:bg-sunken focus-visible:outline-offset-[-2px] max-sm:min-h-11"
      onClick={onClick}
      role="menuitemradio"
      tabIndex={-1}
      type="button"
    >
      <span className="size-4.5 flex-none">{checked && <Sign name="check" size={18} />}</span>
      {children}
    </button>
  )
}

/** Sets what follows apart. */
export function MenuLine() {
  return <div className="my-1 border-t border-line" role="separator" />
}

/** Things to do side by side. */
export function MenuRow({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div
      aria-label={label}
      className="flex justify-between gap-0.5 border-b border-line pb-1.5 mb-1"
      data-row
      role="group"
    >
      {children}
    </div>
  )
}

function itemsOf(menu: HTMLElement): HTMLElement[] {
  return [...menu.querySelectorAll<HTMLElement>('[role^=menuitem]')]
}

/** Where a key leads from the item that has the focus: a row of items is one line. */
function step(key: string, items: readonly HTMLElement[]): HTMLElement | null {
  const at = items.findIndex((item) => item === document.activeElement)
  const row = items[at]?.closest('[data-row]') ?? null
  const lines = items.filter((item, index) => {
    const its = item.closest('[data-row]')
    return its === null || its !== items[index - 1]?.closest('[data-row]')
  })
  const line = row === null ? lines.indexOf(items[at]!) : lines.findIndex((item) => row.contains(item))
  const forward = document.documentElement.dir === 'rtl' ? 'ArrowLeft' : 'ArrowRight'
  switch (key) {
    case 'ArrowDown':
      return lines[(line + 1) % lines.length] ?? null
    case 'ArrowUp':
      return lines[(line - 1 + lines.length) % lines.length] ?? null
    case 'ArrowRight':
    case 'ArrowLeft': {
      const next = items[at + (key === forward ? 1 : -1)]
      return row !== null && next !== undefined && row.contains(next) ? next : null
    }
    case 'Home':
      return items[0] ?? null
    case 'End':
      return items.at(-1) ?? null
  }
  if (key.length !== 1 || key === ' ') return null
  const onwards = [...items.slice(at + 1), ...items.slice(0, at + 1)]
  return onwards.find((item) => item.textContent.toLowerCase().startsWith(key.toLowerCase())) ?? null
}
