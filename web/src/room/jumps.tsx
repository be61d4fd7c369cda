import { Sign } from '../ui/sign.tsx'

const look =
  'pointer-events-auto flex h-10 min-w-10 items-center justify-center gap-1.5 rounded-full border border-line bg-raised px-2.5 text-sm font-semibold text-ink shadow-float hover:bg-sunken touch:h-11 touch:min-w-11'

/** The ways to the first unread message and back to the end, with the number of messages that wait there. */
export function Jumps({
  count,
  mentioned,
  far,
  onFirst,
  onLatest,
}: {
  count: number
  /** Whether one of them mentions me. */
  mentioned: boolean
  /** Whether the end is far enough away. */
  far: boolean
  /** Null where nothing unread stands above the view. */
  onFirst: (() => void) | null
  onLatest: () => void
}) {
  const unread = count === 0 ? '' : `, ${count} unread${mentioned ? ', you are mentioned' : ''}`
  return (
    <div className="pointer-events-none absolute end-4 bottom-3 grid justify-items-end gap-2">
      {onFirst !== null && (
        <button className={look} onClick={onFirst} type="button">
          <span className="rotate-180">
            <Sign name="down" size={18} />
          </span>
          <span className="pe-1">First unread</span>
        </button>
      )}
      {far && (
        <button aria-label={`Go to the latest message${unread}`} className={look} onClick={onLatest} type="button">
          {count > 0 && mentioned && (
            <span className="grid size-5 place-items-center rounded-full bg-petrol text-xs text-on-petrol">@</span>
          )}
          {count > 0 && <span className="ps-1 tabular-nums">{count > 99 ? '99+' : count} new</span>}
          <Sign name="down" size={18} />
        </button>
      )}
    </div>
  )
}
