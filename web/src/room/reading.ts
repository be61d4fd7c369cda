import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { look } from './dwell.ts'
import type { RefObject } from 'react'
import type { Virtualizer } from '@tanstack/react-virtual'
import type { RoomClient } from '../../sync/types.ts'
import type { Dwell } from './dwell.ts'
import type { Entry } from './entries.ts'

/**
 * Reports what the person has read: rows at least half in view for long enough while the tab is visible and the window
 * has the focus. `look` is called whenever the view may have changed.
 */
export function useReading(
  client: RoomClient,
  scroller: RefObject<HTMLDivElement | null>,
  list: Virtualizer<HTMLDivElement, Element>,
  entries: readonly Entry[],
  readAtOpen: number,
): { look: () => void; upTo: number } {
  const [reported, setReported] = useState(0)
  const dwell = useRef<Dwell>(new Map())
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null)
  const latest = useRef(entries)
  latest.current = entries

  const lookNow = useCallback(() => {
    const seen = look(dwell.current, inView(scroller.current, list, latest.current), performance.now())
    dwell.current = seen.dwell
    if (seen.read !== null) {
      client.read(seen.read)
      setReported((before) => Math.max(before, seen.read!))
    }
    if (timer.current !== null) clearTimeout(timer.current)
    timer.current = seen.again === null ? null : setTimeout(lookNow, Math.max(0, seen.again - performance.now()))
  }, [client, scroller, list])

  useEffect(() => {
    addEventListener('focus', lookNow)
    addEventListener('blur', lookNow)
    document.addEventListener('visibilitychange', lookNow)
    return () => {
      removeEventListener('focus', lookNow)
      removeEventListener('blur', lookNow)
      document.removeEventListener('visibilitychange', lookNow)
      if (timer.current !== null) clearTimeout(timer.current)
    }
  }, [lookNow])

  const upTo = Math.max(reported, readAtOpen)
  return useMemo(() => ({ look: lookNow, upTo }), [lookNow, upTo])
}

/** The seqs of the rows that are at least half in view, and none while nobody can be looking. */
function inView(
  element: HTMLDivElement | null,
  list: Virtualizer<HTMLDivElement, Element>,
  entries: readonly Entry[],
): number[] {
  if (element === null || document.visibilityState !== 'visible' || !document.hasFocus()) return []
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
