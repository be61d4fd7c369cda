import { useEffect } from 'react'
import { useStore } from 'zustand'
import type { Presence } from '../../../protocol/inbox.ts'
import type { Inbox } from '../../sync/inbox/types.ts'

/** How someone is, while they are on screen; undefined: nobody has said yet. */
export function usePresence(inbox: Inbox, person: string | null): Presence | undefined {
  useEffect(() => {
    if (person !== null) return inbox.watch([person])
  }, [inbox, person])
  return useStore(inbox.view, (now) => (person === null ? undefined : now.presence[person]))
}
