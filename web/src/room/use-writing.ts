import { useEffect, useLayoutEffect, useState } from 'react'
import { useStore } from 'zustand'
import { writing, type Writing } from './standing.ts'
import type { StoreApi } from 'zustand/vanilla'
import type { Inbox } from '../../sync/inbox/types.ts'
import type { RoomView } from '../../sync/types.ts'

/** Whether I may write, with the room's clock at which that holds; renewed every second while it changes with time. */
export function useWriting(view: StoreApi<RoomView>, inbox: Inbox): Writing & { now: number; pauseMs: number } {
  const [now, setNow] = useState(() => roomTime(view))
  const blocked = useStore(inbox.view, (now) => now.blocked)
  // A string stays the same while nothing changes: of the rows only the last of mine matters.
  const told = useStore(view, (state) => JSON.stringify(writing(state, Date.now() + state.clockOffset, blocked)))
  const pauseMs = useStore(view, (state) => (state.room?.slowModeSeconds ?? 0) * 1_000)
  const writes = JSON.parse(told) as Writing
  const until = 'until' in writes ? writes.until : null
  useLayoutEffect(() => setNow(roomTime(view)), [until, view])
  useEffect(() => {
    if (until === null) return
    const timer = setInterval(() => setNow(roomTime(view)), 1_000)
    return () => clearInterval(timer)
  }, [until, view])
  return { ...writes, now, pauseMs }
}

function roomTime(view: StoreApi<RoomView>): number {
  return Date.now() + view.getState().clockOffset
}
