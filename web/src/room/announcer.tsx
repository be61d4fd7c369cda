import { useEffect, useState } from 'react'
import { authorName, peopleOf } from './people.ts'
import { news } from './news.ts'
import type { StoreApi } from 'zustand/vanilla'
import type { Inbox } from '../../sync/inbox/types.ts'
import type { RoomView } from '../../sync/types.ts'

/** At most this many sentences stay in the region. */
const kept = 5
/** Messages that come within this time are told together. */
const gatherMs = 2_000

/** Reads aloud the messages of others that arrive while the room is live, and nothing else. */
export function Announcer({ view, inbox }: { view: StoreApi<RoomView>; inbox: Inbox }) {
  const [said, setSaid] = useState<{ id: number; text: string }[]>([])
  useEffect(() => {
    let heard = view.getState().head
    let wasLive = view.getState().connection.state === 'live'
    let waiting: { name: string; text: string }[] = []
    let quietUntil = 0
    let timer: ReturnType<typeof setTimeout> | null = null
    let id = 0

    function say() {
      timer = null
      const text =
        waiting.length >= 4 ? [`${waiting.length} new messages`] : waiting.map((one) => `${one.name}: ${one.text}`)
      waiting = []
      quietUntil = Date.now() + gatherMs
      setSaid((before) => [...before, ...text.map((line) => ({ id: ++id, text: line }))].slice(-kept))
    }

    const stop = view.subscribe((now) => {
      const live = now.connection.state === 'live'
      const { blocked } = inbox.view.getState()
      const arrived = (live && wasLive ? news(now.rows, now.me, heard) : []).filter(
        ({ by }) => by === null || !blocked.includes(by),
      )
      heard = Math.max(heard, now.head)
      wasLive = live
      if (arrived.length === 0) return
      const people = peopleOf(now.members)
      waiting.push(
        ...arrived.map((message) => ({ name: authorName(message, people), text: message.text.slice(0, 300) })),
      )
      timer ??= setTimeout(say, Math.max(0, quietUntil - Date.now()))
    })
    return () => {
      stop()
      if (timer !== null) clearTimeout(timer)
    }
  }, [inbox, view])
  return (
    <div aria-label="New messages" aria-live="polite" aria-relevant="additions" className="sr-only" role="log">
      {said.map((line) => (
        <p key={line.id}>{line.text}</p>
      ))}
    </div>
  )
}
