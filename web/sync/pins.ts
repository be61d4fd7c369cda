import type { Pins } from '../../protocol/api.ts'
import { alarm, type Clock } from './clock.ts'
import type { Unsent } from './command.ts'
import { overlaid } from './overlay.ts'
import { atTime } from './rows.ts'
import type { Message } from './wire.ts'

/** The room's pinned messages: fetched when the room becomes live, and kept up by the states that come after. */
export interface PinList {
  /** The room is live, with everything up to `cursor` applied; `missed`: it had not heard everything since the last time. */
  live(cursor: number, missed: boolean): void
  /** The connection is gone. */
  down(): void
  heard(messages: readonly Message[]): void
  startOver(): void
  close(): void
  /** Confirmed, the newest pin first. The same array while nothing changes. */
  list(): readonly Message[]
}

export interface PinDeps {
  fetchPins(): Promise<Pins>
  clock: Clock
  changed(): void
}

const againMs = 1_000
const longestAgainMs = 30_000

export function createPins({ fetchPins, clock, changed }: PinDeps): PinList {
  const again = alarm(clock)
  let states = new Map<number, Message>()
  let pins: readonly Message[] = []
  // What the list has to know of before it is complete; null: it is, or nobody asks.
  let wanted: number | null = null
  let fetched = false
  let asked = 0
  let delayMs = againMs

  function show(): void {
    const pinned = [...states.values()].filter(({ pinnedAt }) => pinnedAt !== undefined)
    const next = pinned.sort((one, other) => other.pinnedAt! - one.pinnedAt! || other.seq - one.seq)
    if (next.length === pins.length && next.every((message, index) => message === pins[index])) return
    pins = next
    changed()
  }

  /** The higher rev wins, also over what is no longer pinned. */
  function take(messages: readonly Message[]): void {
    for (const message of messages) {
      const held = states.get(message.seq)
      if (!held || message.rev > held.rev) states.set(message.seq, message)
    }
  }

  async function ask(): Promise<void> {
    const mine = ++asked
    const answer = await fetchPins().catch(() => null)
    if (mine !== asked || wanted === null) return
    if (answer) {
      // What was pinned before the list was made and is not on it is pinned no more.
      const listed = new Set(answer.messages.map(({ seq }) => seq))
      for (const [seq, { rev }] of states) if (rev <= answer.asOf && !listed.has(seq)) states.delete(seq)
      take(answer.messages)
      show()
      fetched = answer.asOf >= wanted
    }
    if (fetched) {
      wanted = null
      return
    }
    again.set(delayMs, () => void ask())
    delayMs = Math.min(longestAgainMs, delayMs * 2)
  }

  function stop(): void {
    again.clear()
    asked++
    wanted = null
  }

  return {
    live(cursor, missed) {
      if (fetched && !missed) return
      // Of a message that is not held a state may have been missed, so that the list alone says what is pinned.
      fetched = false
      wanted = cursor
      delayMs = againMs
      void ask()
    },
    down: stop,
    heard(messages) {
      const news = messages.filter(({ seq, pinnedAt }) => pinnedAt !== undefined || wanted !== null || states.has(seq))
      if (news.length === 0) return
      take(news)
      show()
    },
    startOver() {
      stop()
      fetched = false
      states = new Map()
      show()
    },
    close: stop,
    list: () => pins,
  }
}

interface PinSource {
  pins: readonly Message[]
  /** What the timeline holds: a pin of these may be on its way. */
  held: readonly Message[]
  pending: ReadonlyMap<number | string, readonly Unsent[]>
  now: number
}

/** The pins as the person sees them: with what is on its way, without what has disappeared. The same array while it is the same. */
export function shownPins(me: string): (source: PinSource) => readonly Message[] {
  let last: readonly Message[] = []
  return ({ pins, held, pending, now }) => {
    const known = new Set(pins.map(({ seq }) => seq))
    const others = pending.size === 0 ? [] : held.filter(({ seq }) => pending.has(seq) && !known.has(seq))
    const shown = [...others, ...pins].flatMap((message) => {
      const commands = pending.get(message.seq)
      const current = atTime(message, now)
      const after = commands ? overlaid(current, commands, me) : current
      return after.pinnedAt === undefined ? [] : [after]
    })
    shown.sort((one, other) => other.pinnedAt! - one.pinnedAt! || other.seq - one.seq)
    const same = shown.length === last.length && shown.every((message, index) => message === last[index])
    if (!same) last = shown
    return last
  }
}
