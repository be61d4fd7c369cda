import * as z from 'zod/mini'

const key = 'parley.next'
// As long as what a mail holds counts.
const keptMs = 3_600_000

const Kept = z.object({ next: z.string(), at: z.number() })

/** Where to go once the mail was answered: its link may be opened in another tab of this browser. */
export function keepNext(next: string): void {
  try {
    localStorage.setItem(key, JSON.stringify({ next, at: Date.now() }))
  } catch {
    // Storage is closed to this page: the link then leads home.
  }
}

/** What was kept in the last hour, as the query of a page that is told where to go next. */
export function keptNext(): string {
  try {
    const read = Kept.safeParse(JSON.parse(localStorage.getItem(key) ?? 'null'))
    if (!read.success || Date.now() - read.data.at > keptMs) return ''
    return `?${new URLSearchParams({ next: read.data.next })}`
  } catch {
    return ''
  }
}

/** The person is in: nothing is left to remember. */
export function dropNext(): void {
  try {
    localStorage.removeItem(key)
  } catch {
    // Then nothing was kept either.
  }
}
