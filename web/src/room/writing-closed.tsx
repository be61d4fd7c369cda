import { span } from '../times.ts'
import { Icon } from '../ui/icon.tsx'
import { whyNotWriting, type Writing } from './standing.ts'

/** Where the field would be, for who may not write now: why, and for how long. */
export function WritingClosed({
  writes,
}: {
  writes: Extract<Writing, { state: 'silenced' | 'announcement' }> & { now: number }
}) {
  return (
    <p
      className="flex flex-none items-center justify-center gap-2.5 border-t border-line bg-surface px-4 py-4 pb-[max(1rem,env(safe-area-inset-bottom))] text-center text-muted"
      role="status"
    >
      <Icon name={writes.state === 'silenced' ? 'hush' : 'horn'} />
      <span className="text-balance">
        {whyNotWriting(writes)}
        {writes.state === 'silenced' && writes.until !== null && (
          <span aria-hidden="true"> You can write again in {span(writes.until - writes.now)}.</span>
        )}
      </span>
    </p>
  )
}
