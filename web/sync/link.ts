import type * as z from 'zod/mini'
import { closeCodes } from '../../protocol/close-codes.ts'
import { limits } from '../../protocol/limits.ts'
import { alarm, type Clock } from './clock.ts'
import { readFrame } from './frames.ts'
import type { Transport, TransportEvents } from './transport.ts'
import type { Closed } from './types.ts'

/** What a refresh of the session came to. `away`: nobody could say, so nobody is signed out. */
export type Refresh = 'renewed' | 'signed_out' | 'away'

export interface LinkEvents<Frame> {
  connecting(): void
  open(): void
  /** `bytes`: how long it was. */
  frame(frame: Frame, bytes: number): void
  /** How far the other side is, as a pong carries it without waking the object. */
  head(head: number): void
  down(retryAt: number | null): void
  closed(why: Closed): void
}

/** A connection to one object that keeps itself alive and knows why it was closed. */
export interface Link<Said> {
  send(frame: Said): boolean
  /** From now on an answer has to come within 10 s, or the connection counts as deaf. */
  expectAnswer(): void
  answered(): void
  /** Asks at once whether the connection still hears; tries to connect when there is none. */
  verify(): void
  reconnect(): void
  close(): void
}

const answerWithinMs = 10_000
// On return to the page a dead connection should be noticed before the reader does.
const verifiedWithinMs = 2_000
const attemptAgainMs = 1_000

export interface LinkDeps<S> {
  /** What comes down. */
  schema: S
  openTransport(events: TransportEvents): Transport
  refresh(): Promise<Refresh>
  clock: Clock
  random(): number
}

export function openLink<Said extends { t: string }, S extends z.ZodMiniType<{ t: string }>>(
  { schema, openTransport, refresh, clock, random }: LinkDeps<S>,
  events: LinkEvents<z.infer<S>>,
): Link<Said> {
  const ping = alarm(clock)
  const pong = alarm(clock)
  const answer = alarm(clock)
  const again = alarm(clock)
  let isOpen = false
  let over = false
  // Refusals of the session in a row: a refresh that helps nothing must not become a loop.
  let signIns = 0
  let attemptAt = -Infinity

  const transport = openTransport({
    connecting() {
      attemptAt = clock.elapsed()
      if (!over) events.connecting()
    },
    open() {
      if (over) return
      isOpen = true
      again.clear()
      ping.set(limits.pingEveryMs, sayPing)
      events.open()
    },
    text(data) {
      if (over) return
      const read = readFrame(schema, data)
      if (!read) return
      if ('pong' in read) {
        pong.clear()
        events.head(read.pong)
        return
      }
      if (read.frame.t === 'welcome' || read.frame.t === 'you') signIns = 0
      events.frame(read.frame, data.length)
    },
    down(code, retryAt) {
      if (over) return
      silence()
      if (code === closeCodes.notAMember) return end('not_a_member')
      if (code === closeCodes.clientTooOld) return end('client_too_old')
      if (code === closeCodes.signIn) void signIn()
      else events.down(retryAt)
    },
  })

  function silence(): void {
    isOpen = false
    for (const timer of [ping, pong, answer, again]) timer.clear()
  }

  function end(why: Closed): void {
    close()
    events.closed(why)
  }

  function close(): void {
    over = true
    silence()
    transport.close()
  }

  function sayPing(withinMs = answerWithinMs): void {
    if (!isOpen) return
    transport.send('ping')
    pong.ensure(withinMs, reconnect)
    ping.set(limits.pingEveryMs, sayPing)
  }

  function reconnect(): void {
    if (over) return
    const wasOpen = isOpen
    silence()
    if (wasOpen) events.down(clock.now())
    transport.reconnect()
  }

  async function signIn(): Promise<void> {
    events.down(null)
    const outcome = await refresh()
    if (over || isOpen) return
    if (outcome === 'signed_out') return end('signed_out')
    const delayMs = signIns === 0 && outcome === 'renewed' ? 0 : backoff(signIns, random)
    signIns++
    if (delayMs === 0) return reconnect()
    events.down(clock.now() + delayMs)
    again.set(delayMs, reconnect)
  }

  return {
    send: (frame) => isOpen && transport.send(JSON.stringify(frame)),
    expectAnswer: () => answer.set(answerWithinMs, reconnect),
    answered: answer.clear,
    verify() {
      // A page wakes with several events at once; one of them is enough.
      if (!isOpen) return clock.elapsed() - attemptAt < attemptAgainMs ? undefined : reconnect()
      pong.clear()
      sayPing(verifiedWithinMs)
    },
    reconnect,
    close,
  }
}

/** 1 s, growing by 1.8 up to 30 s, with half of it left to chance. */
export function backoff(failures: number, random: () => number): number {
  return Math.min(30_000, 1_000 * 1.8 ** failures) * (0.5 + random() / 2)
}
