import { useEffect } from 'react'
import { gate } from '../gate.ts'
import { askSession } from '../session.ts'

/**
 * Asks who I am now, and again whenever the page is looked at again. The session tells the address that it began with: a
 * link that was opened elsewhere is known once it was refreshed.
 */
export function useFreshMe(): void {
  useEffect(() => {
    const ask = async () => {
      if (document.visibilityState === 'hidden') return
      if ((await gate.session.refresh()) === 'renewed') await askSession()
    }
    void ask()
    document.addEventListener('visibilitychange', ask)
    return () => document.removeEventListener('visibilitychange', ask)
  }, [])
}
