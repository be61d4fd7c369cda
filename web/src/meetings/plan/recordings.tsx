import { useCallback, useState } from 'react'
import { deleteRecording, listRecordings, type Recording } from '../../../../protocol/endpoints/recordings.ts'
import { gate } from '../../gate.ts'
import { shortTime } from '../../times.ts'
import { Button } from '../../ui/button.tsx'
import { Confirm } from '../../ui/confirm.tsx'
import { PagedList } from '../../ui/paged-list.tsx'
import { usePaged } from '../../ui/use-paged.ts'
import type { Meeting } from '../../../../protocol/meetings.ts'

const states: Record<Recording['status'], string> = {
  starting: 'It is starting',
  active: 'It is being recorded now',
  processing: 'It is being finished',
  completed: '',
  failed: 'It failed',
  aborted: 'It was broken off',
}

/** What was recorded of a meeting: played here, and deleted by those who may. */
export function Recordings({ meeting }: { meeting: Meeting }) {
  const { id, me, mayRecord } = meeting
  const [deletes, setDeletes] = useState<Recording | null>(null)
  const [available, setAvailable] = useState(true)
  const load = useCallback(async () => {
    const { items, available: there } = await gate.api.call(listRecordings, { params: { meeting: id } })
    setAvailable(there)
    return { items, next: null }
  }, [id])
  const recordings = usePaged<Recording>(load)
  const may = me === 'host' || me === 'cohost' || (me === 'member' && mayRecord === 'members')

  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      {!available && (
        <p className="text-muted">This Parley cannot record: whoever runs it has set no storage for recordings.</p>
      )}
      <PagedList empty="Nothing was recorded." label="Recordings" paged={recordings}>
        {(one) => (
          <li className="grid gap-2 border-t border-line py-3" key={one.id}>
            <span className="flex flex-wrap items-center gap-x-3">
              <span className="min-w-0 flex-1">
                {shortTime(one.startedAt)}
                {one.startedBy !== null && (
                  <>
                    {', by '}
                    <bdi>{one.startedBy.name}</bdi>
                  </>
                )}
                {one.durationMs !== null && `, ${lengthOf(one.durationMs)}`}
              </span>
              {may && one.status !== 'starting' && one.status !== 'active' && (
                <Button look="danger" onClick={() => setDeletes(one)}>
                  Delete
                </Button>
              )}
            </span>
            {one.status === 'completed' ? (
              <video
                aria-label={`Recording of ${shortTime(one.startedAt)}`}
                className="w-full rounded-lg bg-black"
                controls
                preload="none"
                src={`/api/v1/meetings/${id}/recordings/${one.id}/file`}
              />
            ) : (
              <span className="text-sm text-muted">
                {states[one.status]}
                {one.error !== null && `: ${one.error}`}
              </span>
            )}
          </li>
        )}
      </PagedList>
      {deletes !== null && (
        <Confirm
          act={async () => {
            await gate.api.call(deleteRecording, { params: { meeting: id, recording: deletes.id } })
            return null
          }}
          doing="Deleting…"
          onClose={() => setDeletes(null)}
          onDone={() => {
            setDeletes(null)
            recordings.reload()
          }}
          title="Delete this recording?"
          verb="Delete it"
        >
          Its file goes with it, for everyone.
        </Confirm>
      )}
    </div>
  )
}

function lengthOf(ms: number): string {
  const minutes = Math.round(ms / 60_000)
  return minutes < 1 ? 'less than a minute' : minutes === 1 ? 'a minute' : `${minutes} minutes`
}
