import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { useHistoryState } from 'wouter/use-browser-location'
import { useStore } from 'zustand'
import { CallBanner } from '../calls/lazy-calls.ts'
import { persistently } from '../persistently.ts'
import { followTick } from '../rooms/own-ticks.ts'
import { leave } from '../session.ts'
import { ConnectionBar } from '../shell/connection-bar.tsx'
import { PaneBoundary } from '../ui/pane-boundary.tsx'
import { useIdle } from '../ui/use-idle.ts'
import { useMedia } from '../ui/use-media.ts'
import { Composer } from './composer.tsx'
import { createDesk, DeskOf, type Desk } from './desk.ts'
import { RoomHeader } from './room-header.tsx'
import { RoomSkeleton } from './room-skeleton.tsx'
import { Timeline } from './timeline.tsx'
import { TypingLine } from './typing-line.tsx'
import type { Client } from '../../sync/client.ts'
import type { TimelineHandle } from './timeline.tsx'

// Nobody needs these to read: they come while the page has nothing else to do, or when they are asked for.
const loadBeside = () => import('./beside.tsx')
const loadOver = () => import('./over.tsx')
const loadClosed = () => import('./closed-room.tsx')
const Beside = lazy(async () => ({ default: (await persistently(loadBeside)).Beside }))
const ClosedRoom = lazy(async () => ({ default: (await persistently(loadClosed)).ClosedRoom }))
const PinsBar = lazy(async () => ({ default: (await persistently(() => import('./pins-bar.tsx'))).PinsBar }))
const Told = lazy(async () => ({ default: (await persistently(() => import('./told.tsx'))).Told }))
const Over = lazy(async () => ({ default: (await persistently(loadOver)).Over }))

/** One room: opens it while it is on screen. */
export function Room({ roomId, seq, client: mine }: { roomId: string; seq: number | null; client: Client }) {
  const [desk, setDesk] = useState<Desk | null>(null)
  useEffect(() => {
    const opened = mine.openRoom(roomId)
    setDesk(createDesk(opened, mine))
    return () => opened.close()
  }, [roomId, mine])
  if (desk === null) return <RoomSkeleton />
  return (
    <DeskOf value={desk}>
      <OpenRoom desk={desk} seq={seq} />
    </DeskOf>
  )
}

function OpenRoom({ desk, seq }: { desk: Desk; seq: number | null }) {
  const { client, laid, mine } = desk
  const { view } = client
  const closed = useStore(view, (now) => now.closed)
  const known = useStore(view, (now) => now.room !== null)
  const connection = useStore(view, (now) => now.connection)
  const pinned = useStore(view, (now) => now.pins.length > 0)
  const calling = useStore(view, (now) => now.call !== null)
  const beside = useStore(laid, (now) => now.beside)
  const over = useStore(laid, (now) => now.over)
  const says = useStore(laid, (now) => now.toasts.length > 0)
  // Who shows to nobody when they are here shows it in no room either.
  const hides = useStore(mine.inbox.view, (now) => {
    return now.status.show === 'invisible' || now.settings?.lastSeen === 'nobody'
  })
  const timeline = useRef<TimelineHandle>(null)
  const focused = useRef<Element | null>(null)
  const wide = useMedia('(min-width: 64rem)')
  const covered = beside !== null && !wide

  // A link leads to one message, each time it is followed.
  const jump = useHistoryState<{ jump?: number } | null>()?.jump
  const jumped = useRef<string | null>(null)
  useEffect(() => {
    if (seq === null || connection.state !== 'live' || jumped.current === `${seq} ${jump}`) return
    jumped.current = `${seq} ${jump}`
    desk.show(seq)
  }, [connection.state, desk, jump, seq])

  useEffect(() => followTick(view), [view])
  useEffect(() => {
    if (closed === 'signed_out') leave()
  }, [closed])

  const idle = useIdle()
  useEffect(() => {
    // What could not be had now is asked for again when it is needed.
    if (idle) void Promise.all([loadBeside(), loadOver(), loadClosed()]).catch(() => undefined)
  }, [idle])

  useEffect(() => {
    const back = () => {
      if ((history.state as { beside?: boolean } | null)?.beside !== true) desk.beside(null)
    }
    addEventListener('popstate', back)
    return () => removeEventListener('popstate', back)
  }, [desk])

  // A room that was covered lets go of the focus: it goes back to where it was.
  useEffect(() => {
    if (beside === null && document.activeElement === document.body && focused.current instanceof HTMLElement)
      focused.current.focus({ preventScroll: true })
  }, [beside])

  useEffect(() => {
    const looks = () => client.look(hides || document.visibilityState === 'hidden')
    looks()
    document.addEventListener('visibilitychange', looks)
    return () => document.removeEventListener('visibilitychange', looks)
  }, [client, hides])

  if (closed === 'signed_out') return <RoomSkeleton />
  if (closed !== null) {
    return (
      <Suspense fallback={<RoomSkeleton />}>
        <ClosedRoom client={client} why={closed} />
      </Suspense>
    )
  }
  if (!known) {
    return (
      <RoomSkeleton>
        <ConnectionBar connection={connection} />
      </RoomSkeleton>
    )
  }
  return (
    <div className="relative flex h-full min-h-0">
      <section
        aria-label="Room"
        className="flex h-full min-h-0 min-w-0 flex-1 flex-col"
        inert={covered}
        onFocus={(event) => {
          focused.current = event.target
        }}
      >
        <RoomHeader desk={desk} />
        <ConnectionBar connection={connection} />
        <Suspense>{calling && <CallBanner desk={desk} />}</Suspense>
        {pinned && (
          <Suspense fallback={<div className="h-12 flex-none border-b border-line bg-surface" />}>
            <PinsBar desk={desk} />
          </Suspense>
        )}
        <div className="relative min-h-0 flex-1">
          <PaneBoundary name="timeline">
            <Timeline client={client} handle={timeline} />
          </PaneBoundary>
        </div>
        <TypingLine inbox={desk.mine.inbox} view={view} />
        <Composer client={client} place="room" timeline={timeline} />
      </section>
      {covered && (
        <div
          aria-hidden="true"
          className="absolute inset-0 z-10 bg-[rgb(8_18_22/0.45)] max-sm:hidden"
          onClick={() => desk.beside(null)}
        />
      )}
      {beside !== null && (
        <PaneBoundary name="panel" resetKey={JSON.stringify(beside)}>
          <Suspense>
            <Beside beside={beside} />
          </Suspense>
        </PaneBoundary>
      )}
      {over !== null && (
        <PaneBoundary name="menu" resetKey={JSON.stringify(over)}>
          <Suspense>
            <Over over={over} />
          </Suspense>
        </PaneBoundary>
      )}
      <Suspense>{(idle || says) && <Told desk={desk} />}</Suspense>
    </div>
  )
}
