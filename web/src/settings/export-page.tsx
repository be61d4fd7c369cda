import { useEffect, useRef, useState } from 'react'
import { outcome, sentence, type Failure } from '../outcome.ts'
import { Button } from '../ui/button.tsx'
import { Alert } from '../ui/notice.tsx'
import { fetchExport, save, size } from './export-file.ts'

type Loading = { state: 'idle' } | { state: 'loading'; bytes: number } | { state: 'saved'; name: string; bytes: number }

/** Everything of mine, to take along. */
export function ExportPage() {
  const [loading, setLoading] = useState<Loading>({ state: 'idle' })
  const [failure, setFailure] = useState<Failure | null>(null)
  const stop = useRef<AbortController | null>(null)
  useEffect(() => () => stop.current?.abort(), [])

  async function load() {
    const mine = new AbortController()
    stop.current = mine
    setFailure(null)
    setLoading({ state: 'loading', bytes: 0 })
    const answer = await outcome(fetchExport((bytes) => setLoading({ state: 'loading', bytes }), mine.signal))
    if (mine.signal.aborted) return
    if (!answer.ok) {
      setLoading({ state: 'idle' })
      return setFailure(answer.failure)
    }
    save(answer.value)
    setLoading({ state: 'saved', name: answer.value.name, bytes: answer.value.size })
  }

  function cancel() {
    stop.current?.abort()
    setLoading({ state: 'idle' })
  }

  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <p className="text-pretty text-muted">
        A zip with what Parley has of you: your profile and settings, your rooms, everything that you wrote with its
        earlier texts, the reactions that you gave, your devices and whom you block. It is JSON, with a page that
        explains it. What others wrote is not in it.
      </p>
      {failure !== null && (
        <Alert>
          {failure.kind === 'unreachable'
            ? 'The download broke off. Check your connection and try again.'
            : sentence(failure)}
        </Alert>
      )}
      <p className="min-h-6 text-sm text-muted empty:hidden" role="status">
        {loading.state === 'loading' && (loading.bytes === 0 ? 'Collecting…' : `${size(loading.bytes)} so far`)}
        {loading.state === 'saved' && (
          <>
            Saved as <bdi className="font-semibold wrap-anywhere">{loading.name}</bdi>, {size(loading.bytes)}.
          </>
        )}
      </p>
      <div className="flex flex-wrap gap-2">
        <Button onClick={() => void load()} pending={loading.state === 'loading'}>
          {loading.state === 'loading' ? 'Downloading…' : 'Download a copy'}
        </Button>
        {loading.state === 'loading' && (
          <Button look="quiet" onClick={cancel}>
            Cancel
          </Button>
        )}
      </div>
    </div>
  )
}
