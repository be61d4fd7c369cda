import { useEffect, useMemo, useRef, useState } from 'react'
import { useStore } from 'zustand'
import { useShallow } from 'zustand/react/shallow'
import { useMinute } from '../clock.ts'
import { Button, Turning } from '../ui/button.tsx'
import { Notice } from '../ui/notice.tsx'
import { Panel } from '../ui/panel.tsx'
import { backTo } from './back-to.ts'
import { Composer } from './composer.tsx'
import { useDesk } from './desk.ts'
import { entriesOf, threadOf } from './entries.ts'
import { onMessageKey, stepRow } from './message-keys.ts'
import { peopleOf } from './people.ts'
import { repliedOf, tickFor } from './timeline.tsx'
import { TimelineRow } from './timeline-row.tsx'
import type { KeyboardEvent } from 'react'

/** So many replies are in the page at first: a thread is short, and one that is not is read from its end. */
const shownAtFirst = 100

/** One thread: the message that begins it, what was said in it, and where to go on. */
export function ThreadPanel({ root, onClose }: { root: number; onClose: () => void }) {
  const desk = useDesk()
  const { client } = desk
  const { rows, me, members, direct, older } = useStore(
    client.view,
    useShallow((now) => ({
      rows: now.rows,
      me: now.me,
      members: now.members,
      direct: now.room?.type === 'direct',
      older: now.older,
    })),
  )
  const minute = useMinute()
  const people = useMemo(() => peopleOf(members), [members])
  const [most, setMost] = useState(shownAtFirst)
  const [focused, setFocused] = useState<string | null>(null)
  const [asked, setAsked] = useState(0)
  const list = useRef<HTMLDivElement>(null)

  const bySeq = useMemo(
    () => new Map(rows.flatMap((row) => (row.state === 'confirmed' ? [[row.message.seq, row.message] as const] : []))),
    [rows],
  )
  const begun = bySeq.get(root) ?? null
  const entries = useMemo(() => {
    const replies = rows.filter((row) => threadOf(row) === root)
    const first = rows.find((row) => row.state === 'confirmed' && row.message.seq === root)
    return { all: replies.length, shown: entriesOf([...(first ? [first] : []), ...replies.slice(-most)], me, null) }
  }, [rows, root, most, me])
  const { shown } = entries

  // What begins an old thread may not be loaded yet.
  const known = begun !== null
  useEffect(() => {
    if (!known) void backTo(client, root)
  }, [client, known, root, asked])

  // A reply that comes is brought into view where the end was in view.
  const atEnd = useRef(true)
  const newest = shown.at(-1)?.key
  useEffect(() => {
    const view = list.current?.closest('.thin-scroll')
    if (!view) return
    const note = () => {
      atEnd.current = view.scrollHeight - view.scrollTop - view.clientHeight < 80
    }
    view.addEventListener('scroll', note, { passive: true })
    return () => view.removeEventListener('scroll', note)
  }, [])
  useEffect(() => {
    const view = list.current?.closest('.thin-scroll')
    const mine = shown.at(-1)?.row.state === 'pending'
    if (view && (atEnd.current || mine)) view.scrollTop = view.scrollHeight
  }, [newest, shown])

  function onKeyDown(event: KeyboardEvent<HTMLDivElement>) {
    const target = event.target as HTMLElement
    const index = Number(target.dataset['index'] ?? Number.NaN)
    const row = shown[index]?.row
    if (row === undefined) return
    if (row.state === 'confirmed' && onMessageKey(desk, event, row.message, 'thread')) return
    const to = stepRow(event.key, index, shown.length)
    if (to === null) return
    event.preventDefault()
    list.current?.querySelector<HTMLElement>(`[data-index="${to}"]`)?.focus()
  }

  const roving = shown.some(({ key }) => key === focused) ? focused : shown.at(-1)?.key
  return (
    <Panel
      foot={<Composer client={client} place="thread" thread={root} timeline={null} />}
      onClose={onClose}
      title="Thread"
    >
      <div aria-label="Thread" aria-live="off" className="pb-3" onKeyDown={onKeyDown} ref={list} role="log">
        {!known && older === 'failed' && (
          <Notice
            action={<Button onClick={() => setAsked(asked + 1)}>Try again</Button>}
            title="The thread could not be loaded"
          />
        )}
        {!known && older === 'loading' && (
          <p className="flex items-center justify-center gap-2 p-6 text-muted" role="status">
            <Turning />
            Loading the thread…
          </p>
        )}
        {shown.map((entry, index) => (
          <div key={entry.key}>
            {index === 1 && begun !== null && (
              <div className="flex items-center gap-3 px-4 pt-4 pb-1 text-xs text-muted">
                <span>{entries.all === 1 ? '1 reply' : `${entries.all.toLocaleString()} replies`}</span>
                <span className="flex-1 border-t border-line" />
              </div>
            )}
            {index === 1 && entries.all > most && (
              <p className="pt-2 text-center">
                <Button look="link" onClick={() => setMost(most + shownAtFirst)}>
                  Show earlier replies
                </Button>
              </p>
            )}
            <TimelineRow
              begun={begun}
              client={client}
              direct={direct}
              entry={entry}
              index={index}
              me={me}
              minute={minute}
              onFocus={setFocused}
              people={people}
              place="thread"
              pointed={false}
              reachable={entry.key === roving}
              replied={repliedOf(entry, bySeq)}
              replies={0}
              tick={tickFor(entry, me, members)}
            />
          </div>
        ))}
        {known && entries.all === 0 && (
          <p className="px-6 pt-6 text-center text-muted">
            No replies yet. What you write here stays together, and everyone sees it in the room too.
          </p>
        )}
      </div>
    </Panel>
  )
}
