import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { useStore } from 'zustand'
import { persistently } from '../../persistently.ts'
import { loadShell } from '../../shell/load-shell.ts'
import { PaneBoundary } from '../../ui/pane-boundary.tsx'
import type { Client } from '../../../sync/client.ts'
import type { Desk } from '../../room/desk.ts'
import type { TimelineHandle } from '../../room/timeline.tsx'

const loadOver = () => import('../../room/over.tsx')
const loadToasts = () => import('../../room/toasts.tsx')
const Over = lazy(async () => ({ default: (await persistently(loadOver)).Over }))
const Toasts = lazy(async () => ({ default: (await persistently(loadToasts)).Toasts }))

/** Fetches what a member's chat is made of before it is opened. What does not come is asked for again then. */
export function preloadMemberChat(): void {
  void Promise.all([loadShell(), loadOver(), loadToasts()]).catch(() => undefined)
}

/** The meeting's chat for members of its room: the room's own log and composer, in the part of the page that rooms are in. */
export async function loadMemberChat() {
  const { parts } = await loadShell()
  const { createDesk, DeskOf, Timeline, Announcer, TypingLine, Composer, ConnectionBar } = parts

  return { default: MemberChat }

  function MemberChat({ client: mine, room }: { client: Client; room: string }) {
    const [desk, setDesk] = useState<Desk | null>(null)
    useEffect(() => {
      const opened = mine.openRoom(room)
      setDesk(createDesk(opened, mine))
      return () => opened.close()
    }, [room, mine])
    if (desk === null) return null
    return (
      <DeskOf value={desk}>
        <Chat desk={desk} />
      </DeskOf>
    )
  }

  function Chat({ desk }: { desk: Desk }) {
    const { view } = desk.client
    const timeline = useRef<TimelineHandle>(null)
    const connection = useStore(view, (now) => now.connection)
    const known = useStore(view, (now) => now.room !== null)
    const over = useStore(desk.laid, (now) => now.over)
    const says = useStore(desk.laid, (now) => now.toasts.length > 0)
    if (!known) return <ConnectionBar connection={connection} />
    return (
      <section aria-label="Chat" className="relative flex h-full min-h-0 flex-col">
        <ConnectionBar connection={connection} />
        <div className="relative min-h-0 flex-1">
          <PaneBoundary name="chat">
            <Timeline client={desk.client} handle={timeline} />
          </PaneBoundary>
        </div>
        <Announcer inbox={desk.mine.inbox} view={view} />
        <TypingLine inbox={desk.mine.inbox} view={view} />
        <Composer client={desk.client} place="room" timeline={timeline} />
        <Suspense>{over !== null && <Over over={over} />}</Suspense>
        <Suspense>{says && <Toasts desk={desk} />}</Suspense>
      </section>
    )
  }
}
