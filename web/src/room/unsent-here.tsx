import { useStore } from 'zustand'
import { useShallow } from 'zustand/react/shallow'
import { Button } from '../ui/button.tsx'
import { CopyButton } from '../ui/copy-button.tsx'
import type { RoomClient } from '../../sync/types.ts'

/** What was written in a room that takes nothing more: to be copied, or to be let go. */
export function UnsentHere({ client }: { client: RoomClient }) {
  const rows = useStore(
    client.view,
    useShallow((now) => now.rows.filter((row) => row.state === 'failed')),
  )
  if (rows.length === 0) return null
  return (
    <div className="mt-6 grid gap-2 text-start text-ink">
      <p className="text-sm font-medium">
        {rows.length === 1 ? 'Not sent:' : `${rows.length} messages were not sent:`}
      </p>
      <ul className="thin-scroll grid max-h-60 gap-2">
        {rows.map((row) => (
          <li className="rounded-xl border border-line bg-raised px-3 py-2" key={row.key}>
            <p className="line-clamp-3 break-words" dir="auto">
              {row.text}
            </p>
            <div className="flex justify-end gap-3 text-sm">
              <CopyButton look="link" text={row.text} />
              <Button look="danger" onClick={() => void client.discard(row.key)}>
                Delete
              </Button>
            </div>
          </li>
        ))}
      </ul>
    </div>
  )
}
