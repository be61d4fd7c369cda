import { useCallback, useEffect, useRef, useState } from 'react'
import { outcome, type Failure } from '../outcome.ts'
import { useBackOnline } from './use-back-online.ts'

/** One page of a list, and where the next one begins. */
export interface OnePage<T> {
  items: readonly T[]
  next: string | null
}

/** A list that comes page by page. */
export interface Paged<T> {
  /** Null: the first page is on its way, or did not come. */
  items: readonly T[] | null
  /** Why the last page that was asked for did not come. */
  failure: Failure | null
  pending: boolean
  /** Whether there is another page. */
  more: boolean
  fetchMore(): void
  reload(): void
  /** Says what changed since, until the list is loaded again. */
  change(to: (items: readonly T[]) => readonly T[]): void
}

type Load<T> = (cursor: string | undefined) => Promise<OnePage<T>>

interface Held<T> extends Pick<Paged<T>, 'items' | 'failure' | 'pending'> {
  next: string | null
  /** Whose the items are. */
  of: Load<T> | null
}

/**
 * Loads a list page by page; another `load` is another list. What stands stays while it is loaded again, and what failed
 * for the network is asked for again when that is back.
 */
export function usePaged<T>(load: Load<T>): Paged<T> {
  const [held, setHeld] = useState<Held<T>>({ items: null, failure: null, pending: true, next: null, of: null })
  const turn = useRef(0)

  const fetchPage = useCallback(
    async (cursor: string | undefined) => {
      const mine = ++turn.current
      setHeld((before) => ({ ...before, pending: true, failure: null }))
      const answer = await outcome(load(cursor))
      // Something else was asked for meanwhile.
      if (mine !== turn.current) return
      if (!answer.ok) {
        const failed = { pending: false, failure: answer.failure }
        // What was found for something else is no answer to this.
        return setHeld((before) =>
          before.of === load ? { ...before, ...failed } : { items: null, next: null, of: null, ...failed },
        )
      }
      const { items, next } = answer.value
      setHeld((before) => ({
        ...{ items: cursor === undefined ? items : [...(before.items ?? []), ...items], next },
        ...{ pending: false, failure: null, of: load },
      }))
    },
    [load],
  )
  const forget = useCallback(() => void turn.current++, [])
  const reload = useCallback(() => void fetchPage(undefined), [fetchPage])

  useEffect(() => {
    reload()
    return forget
  }, [reload, forget])

  useBackOnline(held.failure, reload)

  return {
    ...{ items: held.items, failure: held.failure, pending: held.pending, more: held.next !== null, reload },
    fetchMore: () => void (held.next !== null && !held.pending && fetchPage(held.next)),
    change: (to) => setHeld((before) => ({ ...before, items: before.items && to(before.items) })),
  }
}
