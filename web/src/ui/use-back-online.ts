import { useEffect } from 'react'
import type { Failure } from '../outcome.ts'

/** Asks again for what failed for the network, once that is back. `again` stays the same between renders. */
export function useBackOnline(failure: Failure | null, again: () => void): void {
  const lost = failure?.kind === 'unreachable'
  useEffect(() => {
    if (!lost) return
    addEventListener('online', again)
    return () => removeEventListener('online', again)
  }, [lost, again])
}
