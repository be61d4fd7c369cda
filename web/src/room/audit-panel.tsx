import { useCallback } from 'react'
import { listRoomAudit, type AuditRecord } from '../../../protocol/endpoints/rooms.ts'
import { gate } from '../gate.ts'
import { shortTime } from '../times.ts'
import { Panel } from '../ui/panel.tsx'
import { PagedList } from '../ui/paged-list.tsx'
import { usePaged } from '../ui/use-paged.ts'
import { auditWords } from './audit-words.ts'
import { useDesk } from './desk.ts'

/** Who did what in the room by their role, the newest first. */
export function AuditPanel({ onClose }: { onClose: () => void }) {
  const desk = useDesk()
  const { roomId: room } = desk.client.view.getState()
  const load = useCallback(
    (cursor: string | undefined) => gate.api.call(listRoomAudit, { params: { room }, query: { cursor } }),
    [room],
  )
  const records = usePaged<AuditRecord>(load)
  return (
    <Panel onBack={() => desk.beside({ kind: 'settings' })} onClose={onClose} title="What happened here">
      <div className="grid grid-cols-[minmax(0,1fr)] gap-3 p-4">
        <p className="text-sm text-pretty text-muted">
          What owner, admins and moderators did, and who came in. It is kept for a year, and only owner and admins see
          it.
        </p>
        <PagedList
          className="grid grid-cols-[minmax(0,1fr)] divide-y divide-line"
          empty="Nothing happened yet."
          label="What happened here"
          paged={records}
        >
          {(record) => (
            <li className="py-2.5" key={record.id}>
              <p className="text-pretty wrap-anywhere">
                <bdi className="font-medium">{record.byName ?? 'Someone who left'}</bdi> {auditWords(record)}
              </p>
              <p className="text-sm text-muted">
                <time dateTime={new Date(record.at).toISOString()}>{shortTime(record.at)}</time>
              </p>
            </li>
          )}
        </PagedList>
      </div>
    </Panel>
  )
}
