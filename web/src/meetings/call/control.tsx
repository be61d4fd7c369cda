import { Glyph } from '../glyph.tsx'
import type { ComponentProps } from 'react'

const looks = {
  on: 'bg-raised text-ink border-line hover:bg-sunken',
  off: 'bg-danger-soft text-danger border-transparent hover:brightness-95',
  active: 'bg-petrol text-on-petrol border-transparent hover:bg-petrol-strong',
  leave: 'bg-danger text-on-danger border-transparent hover:brightness-90 sm:px-4',
}

/** One button of the bar under a meeting. */
export function Control({
  glyph,
  label,
  look = 'on',
  hint,
  count = 0,
  className = '',
  ...rest
}: Omit<ComponentProps<'button'>, 'type'> & {
  glyph: ComponentProps<typeof Glyph>['name']
  label: string
  look?: keyof typeof looks
  /** The key that does the same. */
  hint?: string
  /** Something new behind it. */
  count?: number
}) {
  return (
    <button
      aria-keyshortcuts={hint}
      aria-label={count > 0 ? `${label}, ${count}` : label}
      className={`relative grid h-11 min-w-11 flex-none place-items-center rounded-xl border disabled:opacity-50 sm:h-12 sm:min-w-12 ${looks[look]} ${className}`}
      title={hint === undefined ? label : `${label} (${hint})`}
      type="button"
      {...rest}
    >
      <Glyph name={glyph} />
      {count > 0 && (
        <span
          aria-hidden="true"
          className="absolute -end-1 -top-1 grid min-h-5 min-w-5 place-items-center rounded-full bg-signal px-1 text-xs font-semibold text-on-signal"
        >
          {count}
        </span>
      )}
    </button>
  )
}
