import { useCallback, useEffect, useState } from 'react'
import { Button, Turning } from '../ui/button.tsx'

/** Messages that are not loaded yet: loads on sight, and on click when that failed. */
export function GapRow({ load }: { load: () => Promise<void> }) {
  const [failed, setFailed] = useState(false)
  const start = useCallback(() => {
    setFailed(false)
    load().catch(() => setFailed(true))
  }, [load])
  useEffect(start, [start])
  return (
    <div className="my-3 flex min-h-14 items-center justify-center gap-3 rounded-xl border border-dashed border-line-strong px-4 text-sm text-muted">
      {failed ? (
        <>
          The messages between could not be loaded.
          <Button look="link" onClick={start}>
            Try again
          </Button>
        </>
      ) : (
        <>
          <Turning />
          Loading the messages between…
        </>
      )}
    </div>
  )
}
