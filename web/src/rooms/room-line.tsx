import { memo } from 'react'
import { Link } from 'wouter'
import { badgeOf, muted, type Presence, type RoomLine as Line } from '../../../protocol/inbox.ts'
import { listTime } from '../times.ts'
import { Avatar } from '../ui/avatar.tsx'
import { Icon } from '../ui/icon.tsx'
import { PresenceDot } from '../people/presence-dot.tsx'
import { presenceWords } from '../people/presence-words.ts'
import { LastLine } from './last-line.tsx'
import type { Tick } from '../../sync/types.ts'
import type { Typist } from '../../sync/inbox/types.ts'

/** One room in the list: who it is with and how they are, its last line, when, and how much is unread. */
export const RoomLine = memo(function RoomLine({
  line,
  presence,
  typing,
  draft,
  folded,
  tick,
  current,
  me,
  now,
}: {
  line: Line
  /** How the other one of a direct room is; undefined: not known. */
  presence: Presence['state'] | undefined
  typing: readonly Typist[] | undefined
  /** What is half written there; empty when nothing is. */
  draft: string
  /** Whether its last message is by someone I blocked. */
  folded: boolean
  /** How far its last message has come, where it is mine and that is known. */
  tick: Tick | null
  current: boolean
  me: string
  now: number
}) {
  const { unread, mentions, name, type } = line
  const quiet = muted(line, now)
  const loud = badgeOf(line, now) > 0
  return (
    <Link
      aria-current={current ? 'page' : undefined}
      aria-keyshortcuts="Shift+F10"
      className="flex h-full items-center gap-3 rounded-xl px-2 hover:bg-sunken focus-visible:-outline-offset-2 aria-[current=page]:bg-petrol-soft touch:select-none"
      draggable={false}
      href={`/r/${line.room}`}
      state={{ inside: true }}
    >
      <span className="relative flex-none">
        <Avatar name={name} shape={type === 'direct' ? 'person' : 'room'} size="large" />
        <PresenceDot state={presence} />
      </span>
      <span className="grid min-w-0 flex-1 grid-cols-[minmax(0,1fr)] gap-0.5">
        <span className="flex items-center gap-1.5">
          <span className={`min-w-0 truncate ${loud ? 'font-bold' : 'font-semibold'}`}>
            <bdi>{name}</bdi>
          </span>
          {presence !== undefined && <span className="sr-only">{presenceWords[presence]}</span>}
          {quiet && <Said icon="hush" words="Muted" />}
          <time className={`ms-auto flex-none ps-1 text-xs ${loud ? 'font-semibold text-petrol' : 'text-muted'}`}>
            {listTime(line.lastAt, now)}
          </time>
        </span>
        <span className="flex items-center gap-1.5">
          <span className={`min-w-0 flex-1 truncate text-sm ${loud ? 'text-ink' : 'text-muted'}`}>
            <LastLine draft={current ? '' : draft} folded={folded} line={line} me={me} tick={tick} typing={typing} />
          </span>
          {line.pinnedAt !== null && <Said icon="pin" words="Pinned" />}
          {mentions > 0 && (
            <Count loud={loud} words="You are mentioned">
              @
            </Count>
          )}
          {unread > 0 && (
            <Count loud={loud && line.level !== 'mentions'} words={`${unread > 99 ? 'over 99' : unread} unread`}>
              {unread > 99 ? '99+' : unread}
            </Count>
          )}
        </span>
      </span>
    </Link>
  )
})

function Said({ icon, words }: { icon: 'hush' | 'pin'; words: string }) {
  return (
    <span className="flex-none text-muted" title={words}>
      <Icon name={icon} size={14} />
      <span className="sr-only">{words}</span>
    </span>
  )
}

/** A number that asks for attention, or, in a quiet room, only says what there is. */
function Count({ loud, words, children }: { loud: boolean; words: string; children: string | number }) {
  return (
    <span
      className={`min-w-5 flex-none rounded-full px-1.5 text-center text-xs/5 font-bold tabular-nums ${
        loud ? 'bg-petrol text-on-petrol' : 'bg-sunken text-muted inset-ring inset-ring-line'
      }`}
    >
      <span aria-hidden="true">{children}</span>
      <span className="sr-only">{words}</span>
    </span>
  )
}
