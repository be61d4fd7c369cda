import { Refreshed } from '../../protocol/api.ts'
import { alarm, type Clock } from './clock.ts'
import type { Refresh } from './link.ts'
import type { Page } from './page.ts'
import { ProblemError } from './problem-error.ts'
import type { Send } from './requests.ts'
import type { Tabs } from './tabs.ts'

/** Keeps the person signed in while the page lives. The tokens are in cookies that no script sees. */
export interface Session {
  /** Refreshes it now: one tab at a time, and what one tab got serves all. */
  refresh(): Promise<Refresh>
  /** From now on it is refreshed about 5 minutes before it ends; one that rests on grace within a minute. */
  keep(session: Ending): void
  /** A renewal ticket for open sockets. */
  onRenewal(run: (ticket: string) => void): () => void
  /** The session is over: the server ended it, or the person left, here or in another tab. */
  onSignedOut(run: (why: SignedOut) => void): () => void
  /** The person is about to leave, or stays after all: sockets close before the answer comes, and that ends nothing else. */
  leaving(now: boolean): void
  /** The person signed out here: tells the other tabs. */
  signedOut(): void
  close(): void
}

export type SignedOut = 'ended' | 'left'

/** When a session ends, in epoch milliseconds. `grace`: Auth is away, and much of the page with it. */
export type Ending = Pick<Refreshed, 'expiresAt' | 'grace'>

export interface SessionDeps {
  send: Send
  /** Where a renewal is asked for. */
  renewal: 'auth/refresh' | 'auth/renewal'
  tabs: Tabs
  clock: Clock
  page: Page
  random(): number
}

const aheadMs = 5 * 60_000
// Tabs spread over this long, so that one refreshes and the others hear of it.
const spreadMs = 30_000
const retryMs = 30_000

export function createSession({ send, renewal, tabs, clock, page, random }: SessionDeps): Session {
  const renewals = new Set<(ticket: string) => void>()
  const endings = new Set<(why: SignedOut) => void>()
  const later = alarm(clock)
  let expiresAt: number | null = null
  let renewed = 0
  let leaving = false
  let flight: Promise<Refresh> | null = null

  const stopListening = [
    page.onWake(() => {
      // Timers sleep with the machine.
      if (expiresAt !== null && expiresAt - clock.now() < aheadMs) void refresh()
    }),
    tabs.onNote((note) => {
      switch (note.t) {
        case 'signed_out':
          return over('left')
        case 'refreshed':
          return took(note.refreshed)
        case 'listed':
          return
      }
    }),
  ]

  function keep(session: Ending): void {
    expiresAt = session.expiresAt
    if (session.grace) return askAgain()
    later.set(Math.max(retryMs, expiresAt - aheadMs - clock.now()) - random() * spreadMs, () => void refresh())
  }

  function askAgain(): void {
    later.set(retryMs + random() * spreadMs, () => void refresh())
  }

  function took(refreshed: Refreshed): void {
    renewed++
    keep(refreshed)
    for (const run of renewals) run(refreshed.renewal)
  }

  function over(why: SignedOut): void {
    expiresAt = null
    later.clear()
    for (const run of endings) run(why)
  }

  function refresh(): Promise<Refresh> {
    const before = renewed
    flight ??= tabs
      .alone('parley:refresh', () => (renewed === before ? ask() : Promise.resolve<Refresh>('renewed')))
      .finally(() => {
        flight = null
      })
    return flight
  }

  async function ask(): Promise<Refresh> {
    try {
      const refreshed = await send('POST', renewal, Refreshed)
      took(refreshed)
      tabs.say({ t: 'refreshed', refreshed })
      return 'renewed'
    } catch (error) {
      if (error instanceof ProblemError && error.status === 401) {
        over(leaving ? 'left' : 'ended')
        return 'signed_out'
      }
      // Whoever could not ask was not told no.
      if (expiresAt !== null) askAgain()
      return 'away'
    }
  }

  return {
    refresh,
    keep,
    onRenewal(run) {
      renewals.add(run)
      return () => renewals.delete(run)
    },
    onSignedOut(run) {
      endings.add(run)
      return () => endings.delete(run)
    },
    leaving(now) {
      leaving = now
    },
    signedOut() {
      leaving = false
      tabs.say({ t: 'signed_out' })
      over('left')
    },
    close() {
      later.clear()
      for (const stop of stopListening) stop()
    },
  }
}
