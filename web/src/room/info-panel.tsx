import { useCallback, useEffect } from 'react'
import { useStore } from 'zustand'
import { useShallow } from 'zustand/react/shallow'
import { readMessageInfo, type Receipt } from '../../../protocol/endpoints/messages.ts'
import { useMinute } from '../clock.ts'
import { gate } from '../gate.ts'
import { endTime, fullTime, shortTime } from '../times.ts'
import { Avatar } from '../ui/avatar.tsx'
import { Button } from '../ui/button.tsx'
import { Alert, Notice } from '../ui/notice.tsx'
import { Panel } from '../ui/panel.tsx'
import { usePaged } from '../ui/use-paged.ts'
import { why } from '../why.ts'
import { useDesk } from './desk.ts'
import { messageAt } from './message-at.ts'
import { authorName, peopleOf } from './people.ts'
import { QuoteBlock } from './quote.tsx'
import { seenBy } from './seen-by.ts'
import { toldOf, type Told } from './told-of.ts'

// Marks come in bursts, and the database has their times a moment after the room has them.
const settledMs = 1_000

/** When a message was written and changed, who got it and who has read it, and when where that is kept. */
export function InfoPanel({ seq, onClose }: { seq: number; onClose: () => void }) {
  const { client } = useDesk()
  const now = useMinute()
  const { message, members, me, room } = useStore(
    client.view,
    useShallow((view) => {
      return { message: messageAt(view, seq), members: view.members, me: view.me, room: view.room }
    }),
  )
  const marks = message === null ? null : seenBy(message, { members, me, room })
  const { items: receipts, failure, reload } = useReceipts(seq, marks)
  if (message === null || message.deleted || marks === null) {
    return (
      <Panel onClose={onClose} title="Message info">
        <Notice title="This message is gone" />
      </Panel>
    )
  }
  const { read, delivered, waiting } = toldOf(marks, receipts, me)
  const times = [
    ['Sent', message.at],
    ['Edited', message.editedAt],
    ['Pinned', message.pinnedAt],
    ['Disappears', message.expiresAt],
  ] as const
  return (
    <Panel onClose={onClose} title="Message info">
      <div className="grid grid-cols-[minmax(0,1fr)] gap-5 p-4">
        <QuoteBlock name={authorName(message, peopleOf(members))} text={message.text} />
        <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-sm">
          {times.map(([what, at]) =>
            at === undefined ? null : (
              <div className="contents" key={what}>
                <dt className="text-muted">{what}</dt>
                <dd>{shortTime(at)}</dd>
              </div>
            ),
          )}
        </dl>
        {failure !== null && (
          <Alert>
            The times when it came and was read could not be loaded. {why(failure)}{' '}
            <Button look="danger" onClick={reload}>
              Try again
            </Button>
          </Alert>
        )}
        {marks.hidden && (
          <p className="text-sm text-muted">
            Who reads is not shown in this conversation, or has not read anything yet.
          </p>
        )}
        <Group now={now} people={read} title="Read by" />
        <Group now={now} people={delivered} title="Delivered to" />
        <Group now={now} people={waiting} title="Not delivered yet" />
        {read.length + delivered.length + waiting.length === 0 && (
          <p className="text-muted">Nobody else is in this room to read it.</p>
        )}
      </div>
    </Panel>
  )
}

/** What the server has kept of how the message came to everyone; asked again when someone else got it or read it. */
function useReceipts(seq: number, marks: ReturnType<typeof seenBy> | null) {
  const { client } = useDesk()
  const { roomId } = client.view.getState()
  const load = useCallback(async () => {
    const { receipts } = await gate.api.call(readMessageInfo, { params: { room: roomId, seq: String(seq) } })
    return { items: receipts, next: null }
  }, [roomId, seq])
  const paged = usePaged<Receipt>(load)
  const { items, reload } = paged
  const come = marks && `${marks.read.length} ${marks.delivered.length}`
  const known = items !== null
  useEffect(() => {
    if (!known || come === null) return
    const timer = setTimeout(reload, settledMs)
    return () => clearTimeout(timer)
  }, [come, known, reload])
  return paged
}

function Group({ title, people, now }: { title: string; people: readonly Told[]; now: number }) {
  if (people.length === 0) return null
  return (
    <section>
      <h3 className="flex items-baseline gap-2 pb-1 text-sm font-semibold">
        {title}
        <span className="font-normal text-muted tabular-nums">{people.length.toLocaleString()}</span>
      </h3>
      <ul aria-label={title} className="grid grid-cols-[minmax(0,1fr)] gap-1">
        {people.map(({ person, name, deliveredAt, readAt }) => (
          <li className="flex min-h-11 items-center gap-3" key={person}>
            <Avatar name={name} shape="person" size="small" />
            <span className="grid min-w-0">
              <bdi className="truncate">{name}</bdi>
              <span className="text-sm text-muted empty:hidden">
                <When at={readAt} now={now} what="Read" />
                {readAt !== null && deliveredAt !== null && ' · '}
                <When at={deliveredAt} now={now} what="Delivered" />
              </span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function When({ what, at, now }: { what: string; at: number | null; now: number }) {
  if (at === null) return null
  return (
    <time dateTime={new Date(at).toISOString()} title={fullTime(at)}>
      {what} {endTime(at, now)}
    </time>
  )
}
