import { Sign } from './sign.tsx'
import type { ComponentProps } from 'react'

/** A line that leads to another page of a dialog or a panel, with what stands there now. */
export function Way({
  icon,
  words,
  says = '',
  loud = false,
  onClick,
}: {
  icon: ComponentProps<typeof Sign>['name']
  words: string
  says?: string
  /** Something waits there. */
  loud?: boolean
  onClick: () => void
}) {
  return (
    <li>
      <button
        className="flex min-h-11 w-full items-center gap-3 rounded-lg px-2 text-start hover:bg-sunken focus-visible:-outline-offset-2"
        onClick={onClick}
        type="button"
      >
        <span className="text-muted">
          <Sign name={icon} />
        </span>
        <span className="flex-none">{words}</span>
        <span className="min-w-0 flex-1 truncate text-end text-sm text-muted">
          <bdi className={loud ? 'rounded-full bg-signal px-2 font-semibold text-on-signal tabular-nums' : undefined}>
            {says}
          </bdi>
        </span>
        <span className="text-muted">
          <Sign mirrored name="next" size={16} />
        </span>
      </button>
    </li>
  )
}
