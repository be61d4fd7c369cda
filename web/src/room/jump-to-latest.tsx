import { Icon } from '../ui/icon.tsx'

/** The way back to the end, with the number of messages that wait there. */
export function JumpToLatest({ count, onClick }: { count: number; onClick: () => void }) {
  return (
    <button
      aria-label={count === 0 ? 'Go to the latest message' : `Go to the latest message, ${count} unread`}
      className="absolute end-4 bottom-3 flex h-10 min-w-10 items-center justify-center gap-1.5 rounded-full border border-line bg-raised px-2.5 text-sm font-semibold text-ink shadow-float hover:bg-sunken touch:h-11 touch:min-w-11"
      onClick={onClick}
      type="button"
    >
      {count > 0 && <span className="ps-1 tabular-nums">{count > 99 ? '99+' : count} new</span>}
      <Icon name="down" size={18} />
    </button>
  )
}
