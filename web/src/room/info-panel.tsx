import { useStore } from 'zustand'
import { useShallow } from 'zustand/react/shallow'
import { shortTime } from '../times.ts'
import { Avatar } from '../ui/avatar.tsx'
import { Notice } from '../ui/notice.tsx'
import { Panel } from '../ui/panel.tsx'
import { useDesk } from './desk.ts'
import { messageAt } from './message-at.ts'
import { authorName, peopleOf } from './people.ts'
import { QuoteBlock } from './quote.tsx'
import { seenBy } from './seen-by.ts'
import type { Member } from '../../sync/wire.ts'

/** When a message was written and changed, who got it and who has read it. */
export function InfoPanel({ seq, onClose }: { seq: number; onClose: () => void }) {
  const { client } = useDesk()
  const { message, members, me, room } = useStore(
    client.view,
    useShallow((now) => {
      return { message: messageAt(now, seq), members: now.members, me: now.me, room: now.room }
    }),
  )
  if (message === null || message.deleted) {
    return (
      <Panel onClose={onClose} title="Message info">
        <Notice title="This message is gone" />
      </Panel>
    )
  }
  const { read, delivered, waiting, hidden } = seenBy(message, { members, me, room })
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
        {hidden && (
          <p className="text-sm text-muted">
            Who reads is not shown in this conversation, or has not read anything yet.
          </p>
        )}
        <Group members={read} title="Read by" />
        <Group members={delivered} title="Delivered to" />
        <Group members={waiting} title="Not delivered yet" />
        {read.length + delivered.length + waiting.length === 0 && (
          <p className="text-muted">Nobody else is in this room to read it.</p>
        )}
      </div>
    </Panel>
  )
}

function Group({ title, members }: { title: string; members: readonly Member[] }) {
  if (members.length === 0) return null
  return (
    <section>
      <h3 className="flex items-baseline gap-2 pb-1 text-sm font-semibold">
        {title}
        <span className="font-normal text-muted tabular-nums">{members.length.toLocaleString()}</span>
      </h3>
      <ul className="grid grid-cols-[minmax(0,1fr)] gap-1">
        {members.map(({ person, name }) => (
          <li className="flex min-h-10 items-center gap-3" key={person}>
            <Avatar name={name} shape="person" size="small" />
            <bdi className="min-w-0 truncate">{name}</bdi>
          </li>
        ))}
      </ul>
    </section>
  )
}
