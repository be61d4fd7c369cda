import { useEffect, useRef, useState } from 'react'
import { Link } from 'wouter'
import { useStore } from 'zustand'
import { leave } from '../session.ts'
import { ConnectionBar } from '../shell/connection-bar.tsx'
import { Button } from '../ui/button.tsx'
import { Hoist } from '../ui/flags.tsx'
import { Notice } from '../ui/notice.tsx'
import { PaneBoundary } from '../ui/pane-boundary.tsx'
import { Announcer } from './announcer.tsx'
import { Composer } from './composer.tsx'
import { RoomHeader } from './room-header.tsx'
import { RoomSkeleton } from './room-skeleton.tsx'
import { Timeline } from './timeline.tsx'
import { UnsentHere } from './unsent-here.tsx'
import { TypingLine } from './typing-line.tsx'
import type { ReactNode } from 'react'
import type { Client } from '../../sync/client.ts'
import type { RoomClient } from '../../sync/types.ts'
import type { Quote } from './quote.tsx'
import type { TimelineHandle } from './timeline.tsx'

/** One room: opens it while it is on screen. */
export function Room({ roomId, client: mine }: { roomId: string; client: Client }) {
  const [client, setClient] = useState<RoomClient | null>(null)
  useEffect(() => {
    const opened = mine.openRoom(roomId)
    setClient(opened)
    return () => opened.close()
  }, [roomId, mine])
  return client === null ? <RoomSkeleton /> : <OpenRoom client={client} />
}

function OpenRoom({ client }: { client: RoomClient }) {
  const { view } = client
  const closed = useStore(view, (now) => now.closed)
  const known = useStore(view, (now) => now.room !== null)
  const connection = useStore(view, (now) => now.connection)
  const [quote, setQuote] = useState<Quote | null>(null)
  const composer = useRef<HTMLTextAreaElement>(null)
  const timeline = useRef<TimelineHandle>(null)

  useEffect(() => {
    if (closed === 'signed_out') leave()
  }, [closed])

  switch (closed) {
    case 'not_a_member':
      return (
        <Closed action={<ToRooms />} title="You are not in this room">
          It may be gone, or you were removed from it. An invitation lets you in.
          <UnsentHere client={client} />
        </Closed>
      )
    case 'client_too_old':
      return (
        <Closed
          action={<Button onClick={() => location.reload()}>Load the new version</Button>}
          title="Parley has been updated"
        >
          What you have not sent yet is kept.
        </Closed>
      )
    case 'signed_out':
      return <RoomSkeleton />
    case null:
  }
  if (!known) {
    return (
      <RoomSkeleton>
        <ConnectionBar connection={connection} />
      </RoomSkeleton>
    )
  }
  return (
    <section aria-label="Room" className="flex h-full min-h-0 flex-col">
      <RoomHeader client={client} />
      <ConnectionBar connection={connection} />
      <div className="relative min-h-0 flex-1">
        <PaneBoundary name="timeline">
          <Timeline client={client} composer={composer} handle={timeline} onQuote={setQuote} />
        </PaneBoundary>
      </div>
      <Announcer view={view} />
      <TypingLine view={view} />
      <Composer client={client} field={composer} onQuote={setQuote} quote={quote} timeline={timeline} />
    </section>
  )
}

function Closed({ title, action, children }: { title: string; action: ReactNode; children: ReactNode }) {
  return (
    <div className="h-full" role="alert">
      <Notice action={action} art={<Hoist />} level="h1" title={title}>
        {children}
      </Notice>
    </div>
  )
}

function ToRooms() {
  return (
    <Link
      className="inline-flex min-h-10 items-center rounded-lg bg-petrol px-4 font-semibold text-on-petrol hover:bg-petrol-strong touch:min-h-11"
      href="/"
    >
      To your rooms
    </Link>
  )
}
