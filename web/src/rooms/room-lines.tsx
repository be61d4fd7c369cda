import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef } from 'react'
import { useStore } from 'zustand'
import { useShallow } from 'zustand/react/shallow'
import { useMinute } from '../clock.ts'
import { anchorOf, type Anchor } from '../ui/popup.tsx'
import { usePress } from '../ui/use-press.ts'
import { ownTicks } from './own-ticks.ts'
import { RoomLine } from './room-line.tsx'
import type { KeyboardEvent, MouseEvent, ReactNode } from 'react'
import type { RoomLine as Line } from '../../../protocol/inbox.ts'
import type { Client } from '../../sync/client.ts'
import type { Around } from '../shell/around.ts'

/** The height of one line, in pixels; RoomLine has it too. */
const lineHeight = 68

/** The lines of the list. Only those near the view are in the page, and only their people are watched. */
export function RoomLines({
  rooms,
  client,
  open,
  around,
}: {
  rooms: readonly Line[]
  client: Client
  open: string | null
  around: Around
}) {
  const { inbox, me } = client
  const { typing, presence, drafts, blocked } = useStore(
    inbox.view,
    useShallow(({ typing, presence, drafts, blocked }) => ({ typing, presence, drafts, blocked })),
  )
  const ticks = useStore(ownTicks)
  const scroller = useRef<HTMLElement>(null)
  useMinute()
  const now = inbox.now()
  const lines = useVirtualizer({
    count: rooms.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => lineHeight,
    getItemKey: (index) => rooms[index]!.room,
    overscan: 6,
    paddingStart: 4,
    paddingEnd: 8,
  })
  const shown = lines.getVirtualItems()

  const people = shown.flatMap(({ index }) => rooms[index]!.other ?? []).join()
  useEffect(() => {
    if (people !== '') return inbox.watch(people.split(','))
  }, [inbox, people])

  function onKeyDown(event: KeyboardEvent<HTMLElement>) {
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    const at = (event.target as HTMLElement).closest<HTMLElement>('[data-index]')?.dataset['index']
    if (by === 0 || at === undefined || event.altKey) return
    event.preventDefault()
    const to = Math.max(0, Math.min(rooms.length - 1, Number(at) + by))
    lines.scrollToIndex(to, { align: 'auto' })
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-index="${to}"] a`)?.focus())
  }

  return (
    <nav aria-label="Rooms" className="thin-scroll h-full" onKeyDown={onKeyDown} ref={scroller}>
      <ul className="relative" style={{ height: lines.getTotalSize() }}>
        {shown.map(({ key, index, size, start }) => {
          const line = rooms[index]!
          const { room, last, other, type } = line
          return (
            <Place
              index={index}
              key={key}
              of={rooms.length}
              onAsk={(at) => around.setState({ over: { kind: 'room_menu', room, at } })}
              size={size}
              start={start}
            >
              <RoomLine
                current={room === open}
                draft={drafts[room] ?? ''}
                folded={type === 'group' && blocked.includes(last?.by ?? '')}
                line={line}
                me={me.id}
                now={now}
                tick={ticks[room] !== undefined && ticks[room].seq === last?.seq ? ticks[room].tick : null}
                presence={other === null ? undefined : presence[other]?.state}
                typing={typing[room]?.filter(({ person }) => !blocked.includes(person))}
              />
            </Place>
          )
        })}
      </ul>
    </nav>
  )
}

/** The place of a line. The second button, its key and a long press ask what can be done with the room. */
function Place({
  index,
  of,
  size,
  start,
  onAsk,
  children,
}: {
  index: number
  of: number
  size: number
  start: number
  onAsk: (at: Anchor) => void
  children: ReactNode
}) {
  const press = usePress(({ x, y }) => onAsk({ x, y, width: 0, height: 0 }))
  return (
    <li
      aria-posinset={index + 1}
      aria-setsize={of}
      className="absolute inset-x-0 top-0 px-2"
      data-index={index}
      style={{ height: size, transform: `translateY(${start}px)` }}
      {...press.handlers}
      onContextMenu={(event: MouseEvent<HTMLElement>) => {
        press.end()
        if (event.shiftKey && event.button === 2) return
        event.preventDefault()
        const { clientX: x, clientY: y } = event
        // Asked for by a key it stands beside the line.
        onAsk(event.button === 2 ? { x, y, width: 0, height: 0 } : anchorOf(event.currentTarget))
      }}
    >
      {children}
    </li>
  )
}
