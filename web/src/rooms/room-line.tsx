import { memo } from 'react'
import { Link } from 'wouter'
import { listTime } from '../times.ts'
import { Avatar } from '../ui/avatar.tsx'
import type { RoomSummary } from '../../../protocol/api.ts'

/** One room in the list: its name, its last line, when, and how much is unread. */
export const RoomLine = memo(function RoomLine({
  room,
  draft,
  current,
  me,
  now,
}: {
  room: RoomSummary
  /** What is half written there; empty when nothing is. */
  draft: string
  current: boolean
  me: string
  now: number
}) {
  const { last, unread } = room
  return (
    <Link
      aria-current={current ? 'page' : undefined}
      className="flex h-full items-center gap-3 rounded-xl px-2 hover:bg-sunken focus-visible:-outline-offset-2 aria-[current=page]:bg-petrol-soft"
      href={`/r/${room.id}`}
      state={{ inside: true }}
    >
      <Avatar name={room.name} shape={room.type === 'direct' ? 'person' : 'room'} size="large" />
      <span className="grid min-w-0 flex-1 grid-cols-[minmax(0,1fr)] gap-0.5">
        <span className="flex items-baseline gap-2">
          <span className={`min-w-0 flex-1 truncate ${unread > 0 ? 'font-bold' : 'font-semibold'}`}>
            <bdi>{room.name}</bdi>
          </span>
          <time className={`flex-none text-xs ${unread > 0 ? 'font-semibold text-petrol' : 'text-muted'}`}>
            {listTime(room.lastMessageAt, now)}
          </time>
        </span>
        <span className="flex items-center gap-2">
          <span className={`min-w-0 flex-1 truncate text-sm ${unread > 0 ? 'text-ink' : 'text-muted'}`}>
            {draft.trim() !== '' && !current ? (
              <>
                <span className="font-medium text-danger">Draft:</span>{' '}
                <bdi>{draft.replace(/\s+/g, ' ').slice(0, 200)}</bdi>
              </>
            ) : last === null ? (
              <span className="text-muted">No messages yet</span>
            ) : (
              <LastLine last={last} me={me} named={room.type === 'group'} />
            )}
          </span>
          {unread > 0 && (
            <span className="min-w-5 flex-none rounded-full bg-petrol px-1.5 text-center text-xs/5 font-bold text-on-petrol tabular-nums">
              {unread > 99 ? '99+' : unread}
              <span className="sr-only"> unread</span>
            </span>
          )}
        </span>
      </span>
    </Link>
  )
})

function LastLine({ last, me, named }: { last: NonNullable<RoomSummary['last']>; me: string; named: boolean }) {
  const who = last.by === me ? 'You' : named ? last.name : null
  return (
    <>
      {who !== null && (
        <>
          <bdi>{who}</bdi>:{' '}
        </>
      )}
      {last.text === '' ? <i>Message deleted</i> : <bdi>{last.text.replace(/\s+/g, ' ')}</bdi>}
    </>
  )
}
