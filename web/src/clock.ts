import { useEffect, useState } from 'react'

/** Whether `ms` have passed since `since` (epoch milliseconds); renders again when they have. */
export function usePassed(since: number, ms: number): boolean {
  const [passed, setPassed] = useState(() => Date.now() - since >= ms)
  useEffect(() => {
    const left = since + ms - Date.now()
    setPassed(left <= 0)
    if (left <= 0) return
    const timer = setTimeout(() => setPassed(true), left)
    return () => clearTimeout(timer)
  }, [since, ms])
  return passed
}

/** The current time, renewed every minute and when the page is seen again: for words like "Today". */
export function useMinute(): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const renew = () => setNow(Date.now())
    const timer = setInterval(renew, 60_000)
    document.addEventListener('visibilitychange', renew)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', renew)
    }
  }, [])
  return now
}
