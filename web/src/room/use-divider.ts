import { useEffect, useState } from 'react'
import { useStore } from 'zustand'
import { useShallow } from 'zustand/react/shallow'
import { watched } from '../watched.ts'
import { turned, type Divider, type Turn } from './divider.ts'
import { news } from './news.ts'
import type { StoreApi } from 'zustand/vanilla'
import type { RoomView } from '../../sync/types.ts'
import type { Unread } from './entries.ts'

/** The unread divider of a room that is on screen, and how far it had been read when it was opened. */
export function useDivider(view: StoreApi<RoomView>): { unread: Unread | null; after: number } {
  const { head, live, after } = useStore(
    view,
    useShallow((now) => ({
      head: now.head,
      live: now.connection.state === 'live',
      after: Math.min(now.readAtOpen, (now.unread.from ?? Infinity) - 1),
    })),
  )
  // Until the room is live, what was unread at the opening is still being learnt; then it stands for the whole visit.
  const [opened, setOpened] = useState<number | null>(null)
  const [divider, setDivider] = useState<Divider>({ unread: null, running: false })
  const { unread } = divider
  if (opened === null && (unread?.after !== after || unread.upTo !== head)) {
    setDivider(turned(divider, { kind: 'opening', after, upTo: head }))
  }
  if (opened === null && live) setOpened(after)

  useEffect(() => {
    if (opened === null) return
    return view.subscribe((now, before) => {
      const turn = turnOf(now, before)
      if (turn !== null) setDivider((stands) => turned(stands, turn))
    })
  }, [opened, view])

  return { unread, after: opened ?? after }
}

function turnOf(now: RoomView, before: RoomView): Turn | null {
  const { from } = now.unread
  if (from !== before.unread.from && from !== null) return { kind: 'marked', from, upTo: now.head }
  if (now.rows === before.rows) return null
  const own = lastOwn(now)
  if (own !== null && own !== lastOwn(before)) return { kind: 'sent' }
  if (now.head === before.head || news(now.rows, now.me, before.head).length === 0) return null
  const read = readIn(before)
  return {
    kind: 'arrived',
    ...{ before: before.head, upTo: now.head, read, watched: watched() },
    caughtUp: news(before.rows, now.me, read).length === 0,
  }
}

/** How far I have read, without what I marked as unread. */
export function readIn({ members, me, unread }: Pick<RoomView, 'members' | 'me' | 'unread'>): number {
  const read = members.find(({ person }) => person === me)?.read ?? 0
  return Math.min(read, (unread.from ?? Infinity) - 1)
}

/** The key of the newest message of mine, where nothing of others follows it. */
function lastOwn({ rows, me }: RoomView): string | null {
  const last = rows.at(-1)
  if (last === undefined || last.state === 'gap') return null
  const mine = last.state === 'confirmed' ? last.message.by === me && last.message.system === null : true
  return mine ? last.key : null
}
