import { useCallback, useRef, useState } from 'react'
import { useStore } from 'zustand'
import { listLinks, revokeLink, type ListedLink } from '../../../protocol/endpoints/links.ts'
import { gate } from '../gate.ts'
import { LinkMaker } from '../links/link-maker.tsx'
import { shortTime } from '../times.ts'
import { Button } from '../ui/button.tsx'
import { Confirm } from '../ui/confirm.tsx'
import { Panel } from '../ui/panel.tsx'
import { PagedList } from '../ui/paged-list.tsx'
import { usePaged } from '../ui/use-paged.ts'
import { useDesk } from './desk.ts'
import { roomName } from './people.ts'

const ends = { expired: 'Expired', used_up: 'Used up', revoked: 'Withdrawn' } as const

/** The join links of the room: how each was used and when it ends, the way to withdraw one, and to make another. */
export function LinksPanel({ onClose }: { onClose: () => void }) {
  const desk = useDesk()
  const { roomId: room } = desk.client.view.getState()
  const name = useStore(desk.client.view, roomName)
  const load = useCallback(
    (cursor: string | undefined) => gate.api.call(listLinks, { params: { room }, query: { cursor } }),
    [room],
  )
  const links = usePaged<ListedLink>(load)
  const [asked, setAsked] = useState<ListedLink | null>(null)
  const made = useRef<string>(undefined)
  const [withdrawn, setWithdrawn] = useState('')

  return (
    <Panel onBack={() => desk.beside({ kind: 'settings' })} onClose={onClose} title="Join links">
      <div className="grid grid-cols-[minmax(0,1fr)] gap-5 p-4">
        <LinkMaker
          key={withdrawn}
          name={name}
          onMade={(link) => {
            made.current = link.id
            links.reload()
          }}
          room={room}
        />
        <h3 className="border-t border-line pt-4 text-sm font-semibold">Links that were made</h3>
        <PagedList
          className="-mt-2 grid grid-cols-[minmax(0,1fr)] divide-y divide-line"
          empty="There is none yet. A link lets people in who are not in your list."
          label="Join links"
          paged={links}
        >
          {(link) => (
            <li className="flex items-start gap-3 py-3" key={link.id}>
              <div className="grid min-w-0 flex-1 gap-0.5">
                <p className={`font-medium ${link.over === null ? '' : 'text-muted'}`}>
                  {link.over === null ? used(link) : `${ends[link.over]} · ${used(link)}`}
                </p>
                <p className="text-sm text-pretty text-muted">
                  {link.over === null && `${until(link.expiresAt)}. `}
                  Made by <bdi>{link.createdByName ?? 'someone who left'}</bdi>, {shortTime(link.createdAt)}
                </p>
              </div>
              {link.over === null && (
                <Button look="danger" onClick={() => setAsked(link)}>
                  Withdraw
                </Button>
              )}
            </li>
          )}
        </PagedList>
      </div>
      {asked !== null && (
        <Confirm
          act={async () => {
            await gate.api.call(revokeLink, { params: { room, link: asked.id } })
            return null
          }}
          doing="Withdrawing…"
          onClose={() => setAsked(null)}
          onDone={() => {
            links.change((items) =>
              items.map((one) => (one.id === asked.id ? { ...one, over: 'revoked' as const } : one)),
            )
            // It would still be offered for copying.
            if (asked.id === made.current) setWithdrawn(asked.id)
            desk.say('The link is withdrawn.')
          }}
          title="Withdraw this link?"
          verb="Withdraw"
        >
          It lets nobody in any more. Whoever came in by it stays. This cannot be taken back.
        </Confirm>
      )}
    </Panel>
  )
}

function used({ uses, maxUses }: ListedLink): string {
  if (maxUses !== null) return `${uses.toLocaleString()} of ${maxUses.toLocaleString()} came in`
  return uses === 0 ? 'Nobody came in yet' : `${uses.toLocaleString()} came in`
}

function until(at: number | null): string {
  return at === null ? 'Works until it is withdrawn' : `Works until ${shortTime(at)}`
}
