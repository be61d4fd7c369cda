import { useEffect, useState } from 'react'
import { usePassed } from '../clock.ts'
import { clock, fullTime, span } from '../times.ts'
import { Icon } from '../ui/icon.tsx'
import { Ticks } from './ticks.tsx'
import type { MessageRow } from './message.tsx'
import type { Tick } from '../../sync/types.ts'

/** When a message was written, what became of it, and how far it has come. */
export function MessageMeta({
  row,
  at,
  mine,
  last,
  tick,
  bare,
}: {
  row: MessageRow
  at: number
  mine: boolean
  last: boolean
  tick: Tick | null
  /** Without a bubble around. */
  bare: boolean
}) {
  const message = row.state === 'confirmed' ? row.message : null
  const { editedAt, expiresAt } = message ?? {}
  return (
    <span
      className={`flex items-center gap-1 text-[0.6875rem] leading-4 whitespace-nowrap tabular-nums ${
        mine && !bare && !message?.deleted ? 'text-own-muted' : 'text-muted'
      }`}
    >
      {row.state === 'pending' && <Waiting since={row.since} />}
      {message?.pinnedAt !== undefined && (
        <span title="Pinned">
          <Icon name="pin" size={12} />
          <span className="sr-only">Pinned</span>
        </span>
      )}
      {expiresAt !== undefined && <Disappears at={expiresAt} />}
      {editedAt !== undefined && !message?.deleted && <span title={`Edited ${fullTime(editedAt)}`}>edited</span>}
      {(last || row.state !== 'confirmed') && (
        <time dateTime={new Date(at).toISOString()} title={fullTime(at)}>
          {clock(at)}
        </time>
      )}
      {(row.state === 'pending' || (row.state === 'confirmed' && row.change === 'pending')) && <Ticks tick="sending" />}
      {tick !== null && !(row.state === 'confirmed' && row.change === 'pending') && <Ticks tick={tick} />}
    </span>
  )
}

function Waiting({ since }: { since: number }) {
  return usePassed(since, 5_000) ? <span className="font-medium">Waiting for network</span> : null
}

/** In the last day how long a message still stays is written out. */
const nearMs = 86_400_000

function Disappears({ at }: { at: number }) {
  const [now, setNow] = useState(() => Date.now())
  const left = at - now
  useEffect(() => {
    if (left <= 0) return
    const timer = setTimeout(() => setNow(Date.now()), left < 60_000 ? 1_000 : 60_000)
    return () => clearTimeout(timer)
  }, [left])
  const words = left > 0 ? `Disappears in ${span(left)}` : 'Disappears now'
  return (
    <span className="flex items-center gap-0.5" title={words}>
      <Icon name="timer" size={12} />
      {left < nearMs && left > 0 && <span aria-hidden="true">{span(left)}</span>}
      <span className="sr-only">{words}</span>
    </span>
  )
}
