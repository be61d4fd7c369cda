import { useEffect, useState } from 'react'
import { ringOf, type RingState } from './ring-of.ts'
import type { Client } from '../../sync/client.ts'

/** How the call in a room stands for those whom it rings; null: that is not known, or nobody asks (no room). */
export function useRing(client: Client | null, room: string | null, meeting: string): RingState | null {
  const [state, setState] = useState<RingState | null>(null)
  useEffect(() => {
    if (client === null || room === null) return
    const opened = client.openRoom(room)
    const look = () => setState((before) => ringOf(opened.view.getState(), meeting) ?? before)
    const stop = opened.view.subscribe(look)
    look()
    return () => {
      stop()
      opened.close()
    }
  }, [client, room, meeting])
  return state
}
