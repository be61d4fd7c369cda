import { useVirtualizer, defaultRangeExtractor } from '@tanstack/react-virtual'
import {
  lazy,
  Suspense,
  useCallback,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import { useStore } from 'zustand'
import { useShallow } from 'zustand/react/shallow'
import { tickOf } from '../../sync/tick.ts'
import { useMinute } from '../clock.ts'
import { persistently } from '../persistently.ts'
import { dayLabel } from '../times.ts'
import { Button } from '../ui/button.tsx'
import { Notice } from '../ui/notice.tsx'
import { backTo, reaches } from './back-to.ts'
import { useDesk } from './desk.ts'
import { entriesOf, repliesOf } from './entries.ts'
import { onMessageKey, stepRow } from './message-keys.ts'
import { news } from './news.ts'
import { Older } from './older.tsx'
import { peopleOf, roomName } from './people.ts'
import { places } from './places.ts'
import { TimelineRow } from './timeline-row.tsx'
import { tailPx, useReading } from './reading.ts'
import { readIn, useDivider } from './use-divider.ts'
import type { RefObject } from 'react'
import type { RoomClient } from '../../sync/types.ts'
import type { Entry } from './entries.ts'

// Whoever is at the end, with everything read, goes nowhere.
const Jumps = lazy(async () => ({ default: (await persistently(() => import('./jumps.tsx'))).Jumps }))

/** From here up the way back to the latest message is offered. */
const farPx = 200
/** Older pages are asked for this far before the first row comes into view. */
const aheadPx = 1_200

/** What the keys of the composer do to the messages above it. */
export interface TimelineHandle {
  toLatest(): void
  /** Scrolls by one view, up (-1) or down (1). */
  page(direction: -1 | 1): void
}

/** The messages of a room. Only the rows near the view are in the page. */
export function Timeline({ client, handle }: { client: RoomClient; handle: RefObject<TimelineHandle | null> }) {
  const { view } = client
  const desk = useDesk()
  const { rows, tail, older, newer, me, members, read, head, live, name, direct } = useStore(
    view,
    useShallow((now) => ({
      // Away from the newest messages the reader looks through a window of its own.
      rows: now.away?.rows ?? now.rows,
      tail: now.rows,
      older: now.away?.older ?? now.older,
      newer: now.away?.newer ?? null,
      me: now.me,
      members: now.members,
      read: readIn(now),
      head: now.head,
      live: now.connection.state === 'live',
      name: roomName(now),
      direct: now.room?.type === 'direct',
    })),
  )
  const blocked = useStore(desk.mine.inbox.view, (now) => now.blocked)
  const { roomId: room } = view.getState()
  const minute = useMinute()
  const people = useMemo(() => peopleOf(members), [members])
  const bySeq = useMemo(
    () => new Map(rows.flatMap((row) => (row.state === 'confirmed' ? [[row.message.seq, row.message] as const] : []))),
    [rows],
  )

  const { unread, after } = useDivider(view)
  // The first unread message may be older than the newest page: then it is fetched before the room opens at it.
  const [fetched, setFetched] = useState(false)
  const known = fetched || after >= head || reaches(view, after + 1)
  if (live && known && !fetched) setFetched(true)
  useEffect(() => {
    if (!live || known) return
    void backTo(client, after + 1).then(() => setFetched(true))
  }, [after, client, known, live])

  const replies = useMemo(() => repliesOf(rows), [rows])
  const away = newer !== null
  const entries = useMemo(() => entriesOf(rows, me, away ? null : unread), [rows, me, away, unread])
  const scroller = useRef<HTMLDivElement>(null)
  const [focused, setFocused] = useState<string | null>(null)
  const [far, setFar] = useState(false)
  const [dayShown, setDayShown] = useState<number | null>(null)

  // Prepending older messages takes the day and the name from what was the first row: it shrinks above its text.
  const firstKey = useRef<string | null>(null)
  const shrinking = useRef<string | null>(null)
  const key = entries[0]?.key ?? null
  if (firstKey.current !== key) {
    shrinking.current = firstKey.current
    firstKey.current = key
  }

  const wasAway = useRef(away)
  useLayoutEffect(() => {
    wasAway.current = away
  })
  const focusedIndex = useMemo(() => entries.findIndex((entry) => entry.key === focused), [entries, focused])
  const list = useVirtualizer({
    count: entries.length,
    getScrollElement: () => scroller.current,
    getItemKey: useCallback((index: number) => entries[index]!.key, [entries]),
    estimateSize: (index) => estimate(entries[index]!, scroller.current?.clientWidth ?? 600),
    // The row that has the focus stays in the page, wherever the view goes.
    rangeExtractor: useCallback(
      (range: Parameters<typeof defaultRangeExtractor>[0]) => {
        const indexes = defaultRangeExtractor(range)
        if (focusedIndex < 0 || indexes.includes(focusedIndex)) return indexes
        return [...indexes, focusedIndex].sort((a, b) => a - b)
      },
      [focusedIndex],
    ),
    anchorTo: 'end',
    // What follows a window that is away, or joins it, is no new message.
    followOnAppend: !away && !wasAway.current,
    scrollEndThreshold: tailPx,
    overscan: 8,
    paddingStart: 56,
    paddingEnd: 8,
    directDomUpdates: true,
    onChange: () => lookSoon(),
  })
  list.shouldAdjustScrollPositionOnItemSizeChange = (item) =>
    item.start < (list.scrollOffset ?? 0) || item.key === shrinking.current

  const reading = useReading(client, scroller, list, entries)
  const waiting = useMemo(() => news(tail, me, read), [tail, me, read])

  // The place at which the room opens: where it was left, else the unread divider with a little context, else the end.
  const opening = useRef(true)
  const place = useCallback(() => {
    const left = places.get(view.getState().roomId)
    const place = left === undefined ? -1 : entries.findIndex((entry) => entry.key === left)
    const divider = known ? entries.findIndex((entry) => entry.unread !== null) : -1
    if (place >= 0) list.scrollToIndex(place, { align: 'start' })
    else if (divider >= 0) list.scrollToIndex(Math.max(0, divider - 2), { align: 'start' })
    else list.scrollToEnd()
  }, [entries, known, list, view])
  useLayoutEffect(() => {
    if (!opening.current || entries.length === 0) return
    place()
    if (live && known) opening.current = false
  }, [entries, known, live, place])
  useLayoutEffect(
    () => () => {
      opening.current = true
    },
    [],
  )
  useEffect(() => {
    const element = scroller.current
    if (element === null) return
    const mine = () => {
      opening.current = false
    }
    const events = ['wheel', 'touchstart', 'pointerdown', 'keydown'] as const
    for (const event of events) element.addEventListener(event, mine, { passive: true })
    return () => {
      for (const event of events) element.removeEventListener(event, mine)
    }
  }, [])

  // My own new message is always brought into view.
  const lastSent = useRef<string | null | undefined>(undefined)
  useLayoutEffect(() => {
    const last = tail.at(-1)
    const sent = last?.state === 'pending' ? last.key : null
    if (lastSent.current !== undefined && sent !== null && sent !== lastSent.current) {
      opening.current = false
      reading.byHand()
      list.scrollToEnd()
    }
    if (sent !== null || lastSent.current === undefined) lastSent.current = sent
  }, [tail, list, reading])

  // Unread messages above the view: they were marked so, or passed on the way to the latest one.
  const [passed, setPassed] = useState<number | null>(null)
  const [above, setAbove] = useState(false)
  const [goal, setGoal] = useState<number | null>(null)
  // The row that was gone to, until what lies above it is there or someone moves on by hand.
  const held = useRef<string | null>(null)
  const letGo = useCallback(() => void (held.current = null), [])
  if (unread === null && passed !== null) setPassed(null)
  const first = Math.min(passed ?? Infinity, waiting[0]?.seq ?? Infinity)

  const lookAround = useCallback(() => {
    const element = scroller.current
    if (element === null) return
    setFar(away || list.getDistanceFromEnd() > farPx)
    const top = list.getVirtualItemForOffset(element.scrollTop + 8)
    const row = top === undefined ? undefined : entries[top.index]?.row
    const firstAt = entries.findIndex(({ row }) => row.state === 'confirmed' && row.message.seq >= first)
    const isAbove = firstAt >= 0 && top !== undefined && firstAt < top.index
    setAbove(isAbove)
    if (!isAbove && firstAt >= 0) setPassed(null)
    setDayShown(row === undefined || row.state === 'gap' ? null : row.state === 'confirmed' ? row.message.at : row.at)
    if (opening.current) return known ? reading.look() : undefined
    if (away) {
      // What stands between is not known: nothing of it counts as read, and no place is kept.
      if (element.scrollTop < aheadPx && older === 'more') void client.loadAway('older')
      else if (older !== 'loading') letGo()
      if (list.getDistanceFromEnd() < aheadPx && newer === 'more') void client.loadAway('newer')
      return
    }
    if (element.scrollTop < aheadPx && older === 'more') void client.loadOlder()
    else if (older !== 'loading') letGo()
    const { roomId } = view.getState()
    if (list.getDistanceFromEnd() > tailPx && top !== undefined) places.set(roomId, entries[top.index]!.key)
    else {
      places.delete(roomId)
      client.forgetOlder()
    }
    reading.look()
  }, [away, client, entries, first, known, letGo, list, newer, older, reading, view])

  const nextLook = useRef<{ frame: number | null; run: () => void }>({ frame: null, run: lookAround })
  nextLook.current.run = lookAround
  const lookSoon = useCallback(() => {
    const next = nextLook.current
    next.frame ??= requestAnimationFrame(() => {
      next.frame = null
      next.run()
    })
  }, [])
  useEffect(lookSoon, [lookSoon, entries, first, live, newer, older])

  // The keyboard of a phone, a growing composer and the bar of what is pinned take space from the end: who was at the
  // end stays there. What pins a message changes its row too, so the size is kept from one change to the next.
  const size = useRef<{ height: number; width: number } | null>(null)
  useLayoutEffect(() => {
    const element = scroller.current
    if (element === null) return
    size.current ??= { height: element.clientHeight, width: element.clientWidth }
    const watch = new ResizeObserver(() => {
      const { height, width } = size.current!
      const change = height - element.clientHeight
      const wasAtEnd = element.scrollHeight - element.scrollTop - element.clientHeight - change <= tailPx
      size.current = { height: element.clientHeight, width: element.clientWidth }
      if (change !== 0 && wasAtEnd && !wasAway.current) list.scrollToEnd()
      if (width !== element.clientWidth && opening.current) place()
    })
    watch.observe(element)
    return () => watch.disconnect()
  }, [list, place])

  // Back from another window the end is where the rows are once they are here.
  const [ending, setEnding] = useState(false)
  useLayoutEffect(() => {
    if (!ending || away) return
    setEnding(false)
    list.scrollToEnd()
  }, [away, ending, list])

  // Who asks for the latest message is through with what is above it, and may look it up all the same.
  const toLatest = useCallback(() => {
    opening.current = false
    letGo()
    reading.byHand()
    setPassed((before) => waiting[0]?.seq ?? before)
    setGoal(null)
    if (away) setEnding(true)
    client.comeBack()
    list.scrollToEnd()
  }, [away, client, letGo, list, reading, waiting])

  useImperativeHandle(
    handle,
    () => ({
      toLatest,
      page(direction) {
        opening.current = false
        reading.byHand()
        const element = scroller.current
        element?.scrollBy({ top: direction * element.clientHeight * 0.9 })
      },
    }),
    [reading, toLatest],
  )

  const focusRow = useCallback(
    (index: number) => {
      setFocused(entries[index]!.key)
      requestAnimationFrame(() =>
        scroller.current?.querySelector<HTMLElement>(`[data-index="${index}"]`)?.focus({ preventScroll: true }),
      )
    },
    [entries],
  )

  // A message that was asked for is gone to once it is loaded.
  const [pointed, setPointed] = useState<string | null>(null)
  useEffect(() => {
    desk.onShow((seq) => {
      opening.current = false
      void client.show(seq).then((shown) => {
        if (shown === 'shown') setGoal(seq)
        else if (shown === 'gone') desk.say('Message deleted or not visible to you.')
        else desk.say('That message could not be loaded. Try again.')
      })
    })
    return () => desk.onShow(null)
  }, [client, desk])
  const toFirst = () => {
    setPassed(null)
    void client.show(first).then(() => setGoal(first))
  }
  useLayoutEffect(() => {
    if (goal === null) return
    setGoal(null)
    const index = entries.findIndex(({ row }) => row.state === 'confirmed' && row.message.seq === goal)
    if (index < 0) return
    setPointed(entries[index]!.key)
    held.current = entries[index]!.key
    list.scrollToIndex(index, { align: 'center' })
    focusRow(index)
  }, [entries, focusRow, goal, list])
  // Going to a row takes a few frames, by its index: rows that come above it meanwhile make it another one.
  useLayoutEffect(() => {
    if (held.current === null) return
    const index = entries.findIndex(({ key }) => key === held.current)
    if (index >= 0) list.scrollToIndex(index, { align: 'center' })
  }, [entries, list])

  function onKeyDown(event: React.KeyboardEvent<HTMLDivElement>) {
    if (event.key === 'Escape') {
      toLatest()
      desk.focusField('room')
      return
    }
    const target = event.target as HTMLElement
    const place = target.closest<HTMLElement>('[data-index]')
    const at = place?.dataset['index']
    if (place === null || at === undefined) return
    const row = entries[Number(at)]?.row
    if (target === place && row?.state === 'confirmed' && onMessageKey(desk, event, row.message, 'room')) return
    const to = stepRow(event.key, Number(at), entries.length)
    if (to === null) return
    event.preventDefault()
    list.scrollToIndex(to, { align: 'auto' })
    focusRow(to)
  }

  // Tab stops at the row that had the focus, else at the last one in view.
  const roving = focusedIndex >= 0 ? focusedIndex : Math.min(list.range?.endIndex ?? Infinity, entries.length - 1)

  return (
    <>
      <div
        aria-label={`Messages in ${name}`}
        aria-live="off"
        onAnimationEnd={(event) => event.animationName === 'point' && setPointed(null)}
        className="timeline-scroller flex h-full scroll-py-4 flex-col"
        onKeyDown={onKeyDown}
        onKeyDownCapture={letGo}
        onPointerDown={letGo}
        onScroll={() => {
          reading.scrolled()
          lookSoon()
        }}
        onTouchMove={letGo}
        onWheel={letGo}
        ref={scroller}
        role="log"
        tabIndex={entries.length === 0 ? 0 : -1}
      >
        {entries.length === 0 ? (
          older === 'none' ? (
            <Notice
              action={
                members.length === 1 &&
                !direct && <Button onClick={() => desk.over({ kind: 'invite' })}>Invite people</Button>
              }
              title="Say hello"
            >
              {members.length > 1 || direct
                ? 'Nobody has written in this room yet. Be the first.'
                : 'You are alone in this room so far.'}
            </Notice>
          ) : null
        ) : (
          <div className="relative mx-auto mt-auto w-full max-w-[56rem] flex-none" ref={list.containerRef}>
            <div className="absolute inset-x-0 top-0 flex h-14 items-center justify-center gap-3 text-sm text-muted">
              <Older older={older} onRetry={() => void (away ? client.loadAway('older') : client.loadOlder())} />
            </div>
            {list.getVirtualItems().map((item) => (
              <TimelineRow
                client={client}
                direct={direct}
                begun={bySeq.get(entries[item.index]!.thread ?? 0) ?? null}
                entry={entries[item.index]!}
                index={item.index}
                key={item.key}
                me={me}
                measure={list.measureElement}
                minute={minute}
                onFocus={setFocused}
                place="room"
                pointed={entries[item.index]!.key === pointed}
                people={people}
                reachable={item.index === roving}
                replies={repliesTo(entries[item.index]!, replies)}
                replied={repliedOf(entries[item.index]!, bySeq)}
                tick={tickFor(entries[item.index]!, me, members)}
              />
            ))}
          </div>
        )}
      </div>
      {far && list.isScrolling && dayShown !== null && (
        <div aria-hidden="true" className="pointer-events-none absolute inset-x-0 top-2 flex justify-center">
          <span className="rounded-full border border-line bg-surface px-3 py-0.5 text-xs font-medium text-muted shadow-lift">
            {dayLabel(dayShown, minute)}
          </span>
        </div>
      )}
      {newer === 'failed' && (
        <p className="absolute inset-x-0 bottom-3 text-center">
          <button
            className="min-h-10 rounded-full border border-line bg-raised px-4 text-sm shadow-float"
            onClick={() => void client.loadAway('newer')}
            type="button"
          >
            Newer messages could not be loaded. Try again
          </button>
        </p>
      )}
      <Suspense>
        {(far || above) && (
          <Jumps
            count={waiting.length}
            far={far}
            mentioned={waiting.some(({ mentions, by }) => names(mentions, [me, room]) && !blocked.includes(by ?? ''))}
            onFirst={above ? toFirst : null}
            onLatest={toLatest}
          />
        )}
      </Suspense>
    </>
  )
}

/** Whether a message mentions one of these: me, or, by the room's own id, everyone in it. */
function names(mentions: readonly string[], those: readonly string[]): boolean {
  return those.some((one) => mentions.includes(one))
}

/** The tick of an own message; null for those of others. */
export function tickFor(entry: Entry, me: string, members: Parameters<typeof tickOf>[2]) {
  if (entry.side !== 'mine' || entry.row.state !== 'confirmed') return null
  return tickOf(entry.row.message.seq, me, members)
}

/** How many replies the thread has that a row begins. */
export function repliesTo({ row }: Entry, replies: ReadonlyMap<number, number>): number {
  return row.state === 'confirmed' ? (replies.get(row.message.seq) ?? 0) : 0
}

/** The message that a row replies to, where it is loaded. */
export function repliedOf<M>(entry: Entry, bySeq: ReadonlyMap<number, M>): M | null {
  const { row } = entry
  if (row.state === 'gap') return null
  const to = row.state === 'confirmed' ? row.message.replyTo : row.replyTo
  return to === null ? null : (bySeq.get(to) ?? null)
}

/** Sets a guess apart from every measurement, and is still nothing after a thousand rows. */
const unlike = 0.0001

/**
 * A first guess at the height of a row, in pixels; it is measured as soon as it is in the page. Never a whole number:
 * the virtualizer does not note a measurement that equals the guess, and would guess again when the row changes.
 */
function estimate(entry: Entry, width: number): number {
  const { row } = entry
  const around = (entry.day === null ? 0 : 50) + (entry.unread === null ? 0 : 41)
  if (row.state === 'gap') return around + 80 + unlike
  if (entry.side === 'middle') return around + 36 + unlike
  const text = row.state === 'confirmed' ? row.message.text : row.text
  const perLine = Math.max(20, Math.min(540, width * 0.84) / 7.2)
  const lines = text.split('\n').reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / perLine)), 0)
  const below = row.state === 'confirmed' && (row.message.reactions?.length ?? 0) > 0 ? 32 : 0
  const above = entry.thread === null || !entry.first ? 0 : 24
  return around + above + below + lines * 22 + 14 + (entry.first ? (entry.side === 'theirs' ? 32 : 10) : 2) + unlike
}
