import type { RoomFilter } from './room-filter.ts'

/** What the list shows, one of them at a time. */
export function FilterChips({
  chosen,
  unread,
  archived,
  onChoose,
}: {
  chosen: RoomFilter
  /** How many rooms there are of these. */
  unread: number
  archived: number
  onChoose: (filter: RoomFilter) => void
}) {
  const chips: [filter: RoomFilter, words: string, count: number][] = [
    ['all', 'All', 0],
    ['unread', 'Unread', unread],
    ['direct', 'Direct', 0],
    ['groups', 'Groups', 0],
    ...(archived > 0 || chosen === 'archived' ? [['archived', 'Archived', 0] as [RoomFilter, string, number]] : []),
  ]
  return (
    <div
      aria-label="Rooms to show"
      className="no-scrollbar flex flex-none gap-1 overflow-x-auto overscroll-contain px-2 pt-2 pb-1"
      role="group"
    >
      {chips.map(([filter, words, count]) => (
        <button
          aria-pressed={chosen === filter}
          className="flex min-h-7 flex-none items-center gap-1 rounded-full border border-line px-1.5 text-sm text-muted hover:bg-sunken focus-visible:-outline-offset-2 aria-pressed:border-petrol-soft aria-pressed:bg-petrol-soft aria-pressed:font-semibold aria-pressed:text-ink touch:min-h-11 touch:px-3"
          key={filter}
          onClick={() => onChoose(filter)}
          type="button"
        >
          {words}
          {count > 0 && <span className="text-xs font-semibold tabular-nums">{count > 99 ? '99+' : count}</span>}
        </button>
      ))}
    </div>
  )
}
