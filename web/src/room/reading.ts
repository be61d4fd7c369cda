import { useCallback, useEffect, useMemo, useRef } from 'react'
import { watched } from '../watched.ts'
import { look } from './dwell.ts'
import { skipsUnread } from './skips-unread.ts'
import { readIn } from './use-divider.ts'
import type { RefObject } from 'react'
import type { Virtualizer } from '@tanstack/react-virtual'
import type { RoomClient } from '../../sync/types.ts'
import type { Dwell } from './dwell.ts'
import type { Entry } from './entries.ts'

/** A wheel or a finger goes on scrolling for a while: one scroll follows another within this. */
const handMs = 250
/** So near to the end counts as being there. */
export const tailPx = 80

export interface Reading {
  /** Called whenever the view may have changed. */
  look: () => void
  /** Called at every scroll: whether it was the reader's, it finds out by itself. */
  scrolled: () => void
  /** The reader asked for what is shown next. */
  byHand: () => void
}

/**
 * Reports what the person has read: rows at least half in view for long enough while the tab is visible and the window
 * has the focus. Where a scroll that was not the reader's skipped unread messages, nothing counts until the reader
 * moves the view.
 */
export function useReading(
  client: RoomClient,
  scroller: RefObject<HTMLDivElement | null>,
  list: Virtualizer<HTMLDivElement, Element>,
  entries: readonly Entry[],
): Reading {
  const dwell = useRef<Dwell>(new Map())
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null)
  const hand = useRef({ at: -Infinity, pressed: false, last: false })
  const atEnd = useRef(false)
  const latest = useRef(entries)
  latest.current = entries

  const lookNow = useCallback(() => {
    const seqs = inView(scroller.current, list, latest.current)
    const view = client.view.getState()
    const skipped = !hand.current.last && skipsUnread(latest.current, seqs[0], readIn(view), view.me, view.older)
    // Where nothing was skipped the reader is at home, however they came there.
    if (!skipped && seqs.length > 0) hand.current.last = true
    const seen = look(dwell.current, skipped ? [] : seqs, performance.now())
    dwell.current = seen.dwell
    if (seen.read !== null) client.read(seen.read)
    if (timer.current !== null) clearTimeout(timer.current)
    timer.current = seen.again === null ? null : setTimeout(lookNow, Math.max(0, seen.again - performance.now()))
  }, [client, scroller, list])

  const byHand = useCallback(() => {
    hand.current = { ...hand.current, at: performance.now(), last: true }
  }, [])
  const scrolled = useCallback(() => {
    const { at, pressed, last } = hand.current
    const now = performance.now()
    const theirs = pressed || now - at <= handMs
    const ends = list.getDistanceFromEnd() <= tailPx
    // Who is at the end and is taken along with it stays as they were.
    const taken = atEnd.current && ends
    atEnd.current = ends
    hand.current = { at: theirs ? now : at, pressed, last: theirs || (taken && last) }
  }, [list])

  useEffect(() => {
    const element = scroller.current
    const touched = (event: Event) => {
      const { last } = hand.current
      byHand()
      hand.current.pressed = event.type === 'pointerdown'
      // At the end of the log a wheel turns and nothing scrolls.
      if (!last) lookNow()
    }
    const letGo = () => {
      hand.current.pressed = false
    }
    const hands = ['wheel', 'touchmove', 'pointerdown', 'keydown'] as const
    for (const name of hands) element?.addEventListener(name, touched, { passive: true })
    for (const name of ['pointerup', 'pointercancel'] as const) addEventListener(name, letGo)
    addEventListener('focus', lookNow)
    addEventListener('blur', lookNow)
    document.addEventListener('visibilitychange', lookNow)
    return () => {
      for (const name of hands) element?.removeEventListener(name, touched)
      for (const name of ['pointerup', 'pointercancel'] as const) removeEventListener(name, letGo)
      removeEventListener('focus', lookNow)
      removeEventListener('blur', lookNow)
      document.removeEventListener('visibilitychange', lookNow)
      if (timer.current !== null) clearTimeout(timer.current)
    }
  }, [byHand, lookNow, scroller])

  const lookAtRest = useCallback(() => {
    atEnd.current = list.getDistanceFromEnd() <= tailPx
    lookNow()
  }, [list, lookNow])
  return useMemo(() => ({ look: lookAtRest, scrolled, byHand }), [lookAtRest, scrolled, byHand])
}

/** The seqs of the rows that are at least half in view, oldest first, and none while nobody can be looking. */
function inView(
  element: HTMLDivElement | null,
  list: Virtualizer<HTMLDivElement, Element>,
  entries: readonly Entry[],
): number[] {
  if (element === null || !watched()) return []
  // Few messages stand at the end of the view: the first one begins below its top.
  const top = element.scrollTop - Math.max(0, element.clientHeight - list.getTotalSize())
  const bottom = top + element.clientHeight
  return list.getVirtualItems().flatMap((item) => {
    const row = entries[item.index]?.row
    if (row?.state !== 'confirmed') return []
    const half = Math.min(item.size, element.clientHeight) / 2
    return Math.min(item.end, bottom) - Math.max(item.start, top) >= half ? [row.message.seq] : []
  })
}
