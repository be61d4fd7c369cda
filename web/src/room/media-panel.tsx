import { useCallback, useState } from 'react'
import { listMedia, type SharedKind } from '../../../protocol/endpoints/messages.ts'
import { useStore } from 'zustand'
import { useMinute } from '../clock.ts'
import { gate } from '../gate.ts'
import { listTime } from '../times.ts'
import { Segments } from '../ui/choices.tsx'
import { Panel } from '../ui/panel.tsx'
import { PagedList } from '../ui/paged-list.tsx'
import { usePaged } from '../ui/use-paged.ts'
import { useDesk } from './desk.ts'
import { authorName, peopleOf } from './people.ts'
import type { Message } from '../../sync/wire.ts'

type Tab = 'media' | 'file' | 'link'

const tabs = [
  ['media', 'Media'],
  ['file', 'Files'],
  ['link', 'Links'],
] as const
const empty: Record<Tab, string> = {
  media: 'No images or videos were shared here yet.',
  file: 'No files were shared here yet.',
  link: 'No links were shared here yet.',
}

/** What was shared in the room, newest first, and the way to where it was. */
export function MediaPanel({ onClose }: { onClose: () => void }) {
  const desk = useDesk()
  const { roomId: room } = desk.client.view.getState()
  const members = useStore(desk.client.view, (now) => now.members)
  const people = peopleOf(members)
  const now = useMinute()
  const [tab, setTab] = useState<Tab>('media')
  const load = useCallback(
    (cursor: string | undefined) => {
      const kind: SharedKind | undefined = tab === 'media' ? undefined : tab
      return gate.api.call(listMedia, { params: { room }, query: { kind, cursor } })
    },
    [room, tab],
  )
  return (
    <Panel onBack={() => desk.beside({ kind: 'settings' })} onClose={onClose} title="Media, files and links">
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4 p-4">
        <Segments choices={tabs} chosen={tab} legend="What was shared" name="shared" onChoose={setTab} />
        <Shared empty={empty[tab]} key={tab} load={load}>
          {(message) => (
            <li key={message.seq}>
              <button
                className="grid w-full grid-cols-[minmax(0,1fr)] gap-0.5 rounded-xl border border-line bg-raised px-3 py-2 text-start hover:bg-sunken"
                onClick={() => {
                  if (matchMedia('(max-width: 1023.98px)').matches) onClose()
                  requestAnimationFrame(() => desk.show(message.seq))
                }}
                title="Go to this message"
                type="button"
              >
                <span className="flex items-baseline gap-2 text-sm">
                  <bdi className="min-w-0 flex-1 truncate font-semibold">{authorName(message, people)}</bdi>
                  <time className="flex-none text-xs text-muted">{listTime(message.at, now)}</time>
                </span>
                <span className="line-clamp-3 break-words" dir="auto">
                  {message.text}
                </span>
              </button>
            </li>
          )}
        </Shared>
      </div>
    </Panel>
  )
}

function Shared({
  load,
  empty: words,
  children,
}: {
  load: (cursor: string | undefined) => Promise<{ items: Message[]; next: string | null }>
  empty: string
  children: (message: Message) => React.ReactNode
}) {
  const paged = usePaged(load)
  return (
    <PagedList className="grid grid-cols-[minmax(0,1fr)] gap-2" empty={words} label="Shared here" paged={paged}>
      {children}
    </PagedList>
  )
}
