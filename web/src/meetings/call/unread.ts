import { useEffect, useState } from 'react'
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { GuestMessage } from '../../../../protocol/guest-chat.ts'
import type { RoomLine } from '../../../../protocol/inbox.ts'
import type { Client } from '../../../sync/client.ts'
import type { GuestChat } from '../../../sync/guest-chat.ts'

const noRooms = createStore<{ rooms: readonly RoomLine[] }>(() => ({ rooms: [] }))
const noChat = createStore<{ messages: readonly GuestMessage[]; me: { id: string } | null }>(() => ({
  messages: [],
  me: null,
}))

/** How many messages of the meeting's chat came since someone is here, or looked last: as a member of its room or a stranger. */
export function useUnread(client: Client | null, room: string | null, chat: GuestChat | null, open: boolean): number {
  const inRoom = useStore(client?.inbox.view ?? noRooms, ({ rooms }) =>
    room === null ? 0 : (rooms.find((line) => line.room === room)?.unread ?? 0),
  )
  const [before, setBefore] = useState(inRoom)
  if (inRoom < before) setBefore(inRoom)
  const messages = useStore(chat?.view ?? noChat, (now) => now.messages)
  const me = useStore(chat?.view ?? noChat, (now) => now.me?.id ?? null)
  const newest = messages.at(-1)?.seq ?? 0
  const [seen, setSeen] = useState(0)
  useEffect(() => {
    if (open) setSeen(newest)
  }, [open, newest])
  if (open) return 0
  return inRoom - before + messages.filter((one) => isNews(one, seen, me)).length
}

/** Whether a message is news to a stranger who has seen everything up to a seq. */
export function isNews({ seq, system, guest, deleted }: GuestMessage, seen: number, me: string | null): boolean {
  return seq > seen && system === null && deleted === undefined && (guest === undefined || guest.id !== me)
}
