import { dayLabel } from '../times.ts'

/** The day that begins here. */
export function DayDivider({ at, now }: { at: number; now: number }) {
  return (
    <div className="flex justify-center pt-5 pb-2">
      <span className="rounded-full border border-line bg-surface px-3 py-0.5 text-xs font-medium text-muted">
        {dayLabel(at, now)}
      </span>
    </div>
  )
}

/** Where the unread messages began when the room was opened. */
export function UnreadDivider({ count }: { count: number }) {
  return (
    <div className="flex items-center gap-3 pt-4 pb-1" role="separator">
      <span className="flex-1 border-t border-signal" />
      <span className="rounded-full bg-signal px-3 py-0.5 text-xs font-semibold text-on-signal">
        {count === 1 ? '1 new message' : `${count.toLocaleString()} new messages`}
      </span>
      <span className="flex-1 border-t border-signal" />
    </div>
  )
}
