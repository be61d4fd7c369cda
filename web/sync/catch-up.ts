import type { ChangesPage, Page } from '../../protocol/api.ts'
import { limits } from '../../protocol/limits.ts'
import { protocolVersion } from '../../protocol/version.ts'
import type { Upstream } from '../../protocol/upstream.ts'
import { retryDelay } from './backoff.ts'
import { alarm, type Clock } from './clock.ts'
import type { Batch } from './timeline.ts'
import type { Changes, Message } from './wire.ts'

/**
 * How a client gets from what it holds to what the room has. hello says what is held; the room answers with chunks that
 * are pulled until it is live here. What its log no longer has comes from the history first. The cursor only moves with
 * ranges that were applied, so that stopping anywhere loses nothing.
 *
 * A page of history shows its messages as they were after the seq `asOf`. What the room did to them since was not told
 * to a client that did not hold them, so that such a page is set aside, and the next hello asks from its `asOf` and its
 * first seq on: once that is answered, the page is as new as everything else.
 */
export interface CatchUp {
  /** Says what is held. */
  hello(): void
  /** Something is missing: hello again, unless an answer is on its way. */
  missing(): void
  welcomed(): void
  /** Changes were applied. */
  took(changes: Changes): void
  /** The log goes back to `floor` only. */
  behind(floor: number): void
  /** A page is asked for: states that come before it does are remembered for it. */
  pageAsked(): void
  /** Shows a page once it is as new as what is held. False: it cannot be, or is not wanted any more. */
  page(page: Page, show?: (page: Page) => void): Promise<boolean>
  /** The connection is gone. */
  down(): void
  /** The window was dropped. */
  startOver(): void
}

export interface CatchUpDeps {
  clock: Clock
  random(): number
  /** A socket is open, and the store has answered. */
  open(): boolean
  position(): { epoch: number | null; since: number; from: number }
  cursor(): number
  head(): number
  send(frame: Upstream): void
  expectAnswer(): void
  answered(): void
  fetchChanges(since: number, from: number, seq: number): Promise<ChangesPage>
  /** Applies changes from the history. */
  take(batch: Batch): void
  show(page: Page): void
  /** The room is not live here. */
  catchingUp(): void
  /** The room is live here; `missed`: things had happened. */
  live(missed: boolean): void
}

interface Aside {
  page: Page
  /** Whether the last hello asked for it. */
  asked: boolean
  show(page: Page): void
  done(shown: boolean): void
}

export function createCatchUp(deps: CatchUpDeps): CatchUp {
  // Where a hello stands: sent, or being answered since the welcome. Frames before the welcome answer nothing.
  let stage: 'idle' | 'asked' | 'answering' = 'idle'
  let said = { since: 0, from: 0 }
  // Everything from what was said up to here has come.
  let reached = 0
  let missed = false
  let aside: Aside | null = null
  // What came since a page was asked for, as long as it is everything that happened.
  let heard: { after: number; messages: Message[] } | null = null
  let answers = 0
  const later = alarm(deps.clock)

  function hello(): void {
    const { epoch, since, from } = deps.position()
    said = { since, from }
    if (aside && epoch !== null) {
      said = { since: Math.min(since, aside.page.asOf), from: Math.min(from, aside.page.covers[0]) }
      aside.asked = true
    }
    stop()
    stage = 'asked'
    reached = said.since
    missed = false
    deps.send({ t: 'hello', v: protocolVersion, epoch, ...said })
    deps.expectAnswer()
  }

  function missing(): void {
    if (deps.open() && stage === 'idle') hello()
  }

  function stop(): void {
    stage = 'idle'
    heard = null
    answers++
    later.clear()
  }

  function came({ covers: [from, to], messages }: Batch): void {
    heard?.messages.push(...messages)
    if (aside) aside.page = withStates(aside.page, messages)
    if (from <= reached + 1) reached = Math.max(reached, to)
    if (to >= from) missed = true
  }

  function more(to: number): void {
    deps.send({ t: 'more', to })
    deps.expectAnswer()
  }

  /** Reads in the history what the log no longer has, and goes on with the log. */
  async function readHistory(floor: number): Promise<void> {
    const mine = ++answers
    let failures = 0
    // Of the event after `reached`, what it touched up to here was told.
    let told = 0
    while (reached < floor - 1) {
      const after = reached
      const page = await deps.fetchChanges(after, said.from, told).catch(() => null)
      if (mine !== answers) return
      if (page) {
        const batch: Batch = { covers: [after + 1, page.to], messages: page.messages }
        came(batch)
        deps.take(batch)
      }
      const { seq = 0 } = page ?? {}
      if (reached > after || seq > told) {
        told = seq
        failures = 0
        continue
      }
      // The database is away, or behind the room for a moment.
      const delayMs = retryDelay(failures++, deps.random)
      await new Promise<void>((resolve) => later.set(delayMs, resolve))
      if (mine !== answers) return
    }
    more(reached)
  }

  function finish(shown: boolean): void {
    const { page, show, done } = aside!
    aside = null
    if (shown) show(page)
    done(shown)
  }

  return {
    hello,
    missing,
    welcomed() {
      if (stage === 'asked') stage = 'answering'
      deps.expectAnswer()
    },
    took(frame) {
      const answering = stage === 'answering'
      came(frame)
      if (!answering) return
      if (!frame.live) {
        deps.catchingUp()
        return more(frame.covers[1])
      }
      stage = 'idle'
      deps.answered()
      // A chunk never came: what happens now follows nothing yet.
      if (frame.covers[1] > deps.cursor()) return missing()
      if (aside?.asked && reached >= frame.covers[1]) finish(true)
      deps.live(missed)
      // A page that came while this was being answered.
      if (aside) missing()
    },
    behind(floor) {
      if (stage !== 'answering') return
      deps.answered()
      deps.catchingUp()
      void readHistory(floor)
    },
    pageAsked() {
      heard = deps.open() && stage === 'idle' ? { after: deps.cursor(), messages: [] } : null
    },
    async page(page, show = deps.show) {
      const known = heard && page.asOf >= heard.after ? heard.messages : null
      heard = null
      if (known || (stage === 'idle' && page.asOf >= deps.cursor())) {
        show(withStates(page, known ?? []))
        return true
      }
      // Asking so far back would cost the window that the reader looks at. The database will have caught up.
      if (deps.head() - page.asOf > limits.resumeMessages) return false
      if (aside) finish(false)
      return new Promise((done) => {
        aside = { page, asked: false, show, done }
        missing()
      })
    },
    down() {
      stop()
      if (aside) aside.asked = false
    },
    startOver() {
      heard = null
      if (aside) finish(false)
    },
  }
}

/** The page with these states of its messages, where they are newer. */
function withStates(page: Page, states: readonly Message[]): Page {
  const [from, to] = page.covers
  const mine = states.filter(({ seq }) => seq >= from && seq <= to)
  if (mine.length === 0) return page
  const bySeq = new Map(page.messages.map((message) => [message.seq, message]))
  for (const message of mine) {
    const held = bySeq.get(message.seq)
    if (!held || message.rev > held.rev) bySeq.set(message.seq, message)
  }
  return { ...page, messages: [...bySeq.values()].sort((one, other) => one.seq - other.seq) }
}
