import { useEffect, useState } from 'react'
import { useLocation } from 'wouter'
import { useHistoryState } from 'wouter/use-browser-location'
import * as z from 'zod/mini'

/**
 * A mail that someone was sent to wait for: kept with the page's place in the history, for whoever looks into another app
 * may find this page loaded anew.
 */
const MailSent = z.object({ email: z.string(), sentAt: z.number() })
export type MailSent = z.infer<typeof MailSent>

/** A mail that was sent just now. */
export function mailedNow(email: string): MailSent {
  return { email, sentAt: Date.now() }
}

/** An address that was entered on the page before. */
const Address = z.object({ email: z.string() })

/** The mail that this page waits for, and how to change that; and the address that the page before handed on. */
export function useMailSent(): { sent: MailSent | null; email: string; wait: (sent: MailSent | null) => void } {
  const [, navigate] = useLocation()
  const state: unknown = useHistoryState()
  const sent = MailSent.safeParse(state)
  const address = Address.safeParse(state)
  return {
    sent: sent.success ? sent.data : null,
    email: address.success ? address.data.email : '',
    wait: (now) =>
      navigate(location.pathname + location.search, {
        replace: now === null || sent.success,
        state: now ?? { email: address.success ? address.data.email : '' },
      }),
  }
}

/** Whole seconds until another mail may be asked for: the first one deserves time to arrive. */
export function useSecondsUntil(at: number): number {
  const [now, setNow] = useState(() => Date.now())
  const left = Math.max(0, Math.ceil((at - now) / 1_000))
  const over = left === 0
  useEffect(() => {
    if (over) return
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), 1_000)
    return () => clearInterval(timer)
  }, [over, at])
  return left
}
