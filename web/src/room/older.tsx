import { Button, Turning } from '../ui/button.tsx'
import type { RoomView } from '../../sync/types.ts'

/** What stands above the first row: more on its way, a failure, or the beginning of the room. */
export function Older({ older, onRetry }: { older: RoomView['older']; onRetry: () => void }) {
  switch (older) {
    case 'more':
    case 'loading':
      return (
        <span className="flex items-center gap-2">
          <Turning />
          Loading older messages…
        </span>
      )
    case 'failed':
      return (
        <>
          Older messages could not be loaded.
          <Button look="link" onClick={onRetry}>
            Try again
          </Button>
        </>
      )
    case 'none':
      return <span>This is where the room begins.</span>
  }
}
