import { useMemo } from 'react'
import { useStore } from 'zustand'
import type { Inbox } from '../../sync/inbox/types.ts'
import type { Person } from './people-picker.tsx'

/** Whom I write with alone, the most recent first; not those whom I blocked. */
export function useContacts(inbox: Inbox): readonly Person[] {
  const rooms = useStore(inbox.view, (now) => now.rooms)
  const blocked = useStore(inbox.view, (now) => now.blocked)
  return useMemo(
    () => rooms.flatMap(({ other, name }) => (other === null || blocked.includes(other) ? [] : [{ id: other, name }])),
    [rooms, blocked],
  )
}
