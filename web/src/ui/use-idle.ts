import { useEffect, useState } from 'react'

/** Whether the page has had nothing else to do for once. */
export function useIdle(): boolean {
  const [idle, setIdle] = useState(false)
  useEffect(() => {
    // Safari has no such callback.
    const wait = window.requestIdleCallback ?? ((run: () => void) => setTimeout(run, 1_000))
    wait(() => setIdle(true), { timeout: 3_000 })
  }, [])
  return idle
}
