import type { Agenda } from '../storage/agenda.ts'
import type { Book } from '../book.ts'
import { limits } from '../../protocol/limits.ts'
import type { RoomMetrics } from '../../protocol/api.ts'
import { isChange } from '../../protocol/row.ts'
import type { RoomEvent } from '../../protocol/events.ts'
import { backoff } from './backoff.ts'
import { DatabaseRefused } from '../service-functions.ts'
import type { Database, Ingested } from './database.ts'
import { fault, warn } from '../log.ts'

/** A try that failed is repeated early when someone writes, but not more often than this. */
const eagerMs = 5_000

/** Batches in one run; the alarm continues, so that a long drain never holds one alarm for minutes. */
const batchesPerRun = 50

/** Parked events are tried again this long after they were parked, and then ever more seldom, up to an hour. */
const parkedRetryMs = 60_000
const longestParkedMs = 3_600_000

/**
 * Carries the room's log to Postgres: events in order from a watermark, the latest marks beside them. A batch whose
 * outcome is unknown is sent again as it was; Postgres skips what it has. A batch that Postgres refuses for what is in
 * it is halved down to the event, which is parked with its error: it and what builds on it wait, the others go on.
 */
export class Flush {
  private readonly book: Book
  private readonly database: Database
  private readonly agenda: Agenda
  /** This object must not write any more. */
  private readonly stop: (why: string) => void
  private running: Promise<void> | null = null
  private attempt: number
  private triedAt = 0
  /** Events in the next batch: less while the one is sought that Postgres refuses. */
  private size: number = limits.ingestEvents
  private pendingSince: number | null = null

  constructor(book: Book, database: Database, agenda: Agenda, stop: (why: string) => void) {
    this.book = book
    this.database = database
    this.agenda = agenda
    this.stop = stop
    this.attempt = agenda.failures('flush')
  }

  /** Something is new: plans the flush, in the step that stored it. */
  wanted(now: number): void {
    this.pendingSince ??= now
    if (this.stopped()) return
    const due = this.attempt === 0 ? now + limits.flushAfterMs : Math.max(now, this.triedAt + eagerMs)
    this.agenda.hasten('flush', due)
  }

  /** Whether enough has come together to flush without waiting for the alarm. */
  full(): boolean {
    const { head, flushed } = this.book.awake()
    return this.attempt === 0 && this.running === null && head - flushed >= limits.flushEvents
  }

  metrics(now: number): RoomMetrics {
    const { head, flushed } = this.book.awake()
    const pending = head - flushed
    const flushLagMs = pending === 0 ? 0 : now - (this.pendingSince ?? now)
    return { pending, flushLagMs, parked: this.book.record.parked().length }
  }

  /** Sends what Postgres has refused once more, each event alone and in order. */
  async resend(): Promise<void> {
    const stuck = new Set<number>()
    for (const { seq } of this.book.record.parked()) {
      const event = this.book.log.events(seq, 1)[0]
      if (!event) continue
      const waits = [...touches(event), ...buildsOn(event)].some((place) => stuck.has(place))
      if (seq <= this.book.awake().flushed && !waits && (await this.resendOne(event))) continue
      for (const place of touches(event)) stuck.add(place)
    }
    if (this.book.record.parked().length === 0) {
      this.agenda.setFailures('parked', 0)
      return this.agenda.done('parked')
    }
    const failures = this.agenda.failures('parked') + 1
    this.agenda.setFailures('parked', failures)
    this.agenda.plan('parked', Date.now() + Math.min(longestParkedMs, parkedRetryMs * 2 ** failures))
  }

  /** Whether Postgres takes it now. */
  private async resendOne(event: RoomEvent): Promise<boolean> {
    const { id, record } = this.book
    const { seq } = event
    const { epoch } = this.book.awake()
    const batch = { room: id, epoch, from: seq, to: seq, events: [event], marks: [], parked: true }
    try {
      const answer = await this.database.ingest(batch)
      if (answer.outcome === 'applied') this.book.transact(() => record.unpark(seq))
      else this.take(answer)
      return answer.outcome === 'applied'
    } catch (error) {
      if (!(error instanceof DatabaseRefused)) throw error
      return false
    }
  }

  /** Runs until Postgres has everything or fails; never throws. Two callers share one run. */
  async run(): Promise<void> {
    this.running ??= this.drain().finally(() => {
      this.running = null
    })
    await this.running
  }

  private async drain(): Promise<void> {
    // The room sleeps or is gone; the one that wakes plans anew.
    if (!this.book.room) return this.agenda.done('flush')
    this.triedAt = Date.now()
    try {
      for (let batches = 0; batches < batchesPerRun && !this.stopped(); batches++) {
        if (!(await this.batch())) {
          this.failed(0)
          if (!this.book.room || this.stopped() || !this.pending()) this.agenda.done('flush')
          return
        }
      }
      this.failed(0)
      if (this.stopped()) this.agenda.done('flush')
      else this.agenda.plan('flush', Date.now())
    } catch (error) {
      this.failed(this.attempt + 1)
      const retryAt = Date.now() + backoff(this.attempt, Math.random())
      this.agenda.plan('flush', retryAt)
      warn(`room ${this.book.id}: flush ${this.attempt} failed at seq ${this.book.room?.flushed}: ${String(error)}`)
    }
  }

  private failed(times: number): void {
    if (times !== this.attempt) this.agenda.setFailures('flush', times)
    this.attempt = times
  }

  private stopped(): boolean {
    return this.book.record.stopped() !== null
  }

  private pending(): boolean {
    const { head, flushed } = this.book.awake()
    return head > flushed || this.book.record.dirtyMarks(1).length > 0
  }

  /** Sends one batch; false when there was nothing to send. */
  private async batch(): Promise<boolean> {
    const { id, log, record } = this.book
    const { flushed, epoch } = this.book.awake()
    const from = flushed + 1
    const all = log.events(from, this.size)
    const marks = record.dirtyMarks(limits.ingestMarks)
    if (all.length === 0 && marks.length === 0) {
      this.pendingSince = null
      return false
    }
    const to = all.at(-1)?.seq ?? from - 1
    const events = this.sendable(all)
    let answer: Ingested
    try {
      answer = await this.database.ingest({ room: id, epoch, from, to, events, marks })
    } catch (error) {
      if (!(error instanceof DatabaseRefused) || !error.forItsContent || events.length === 0) throw error
      if (events.length > 1) this.size = Math.ceil(all.length / 2)
      else this.park(events[0]!, error.message)
      return true
    }
    // An answer to an epoch that ended meanwhile says nothing of this one.
    if (this.book.room?.epoch !== epoch) return false
    if (answer.outcome !== 'applied') return this.take(answer)
    this.size = Math.min(limits.ingestEvents, this.size * 2)
    this.book.transact(() => {
      record.marksKept(marks)
      this.book.setFlushed(to)
    })
    if (answer.unfinished || record.erasing().length > 0) this.agenda.hasten('upkeep', Date.now())
    return true
  }

  /** What may go now. What builds on a parked event is parked behind it, so that Postgres hears of both in order. */
  private sendable(events: RoomEvent[]): RoomEvent[] {
    const { log, record } = this.book
    const parked = record.parked()
    if (parked.length === 0) return events
    const seqs = new Set(parked.map(({ seq }) => seq))
    const waiting = new Set(parked.flatMap(({ seq }) => log.events(seq, 1)).flatMap(touches))
    return events.filter((event) => {
      if (seqs.has(event.seq)) return false
      const waits = [...touches(event), ...buildsOn(event)].some((place) => waiting.has(place))
      if (!waits) return true
      for (const place of touches(event)) waiting.add(place)
      this.park(event, 'It builds on an event that is parked.')
      return false
    })
  }

  private park(event: RoomEvent, why: string): void {
    const at = Date.now()
    fault(`room ${this.book.id}: parked event ${event.seq} (${event.kind}): ${why}`)
    this.book.transact(() => {
      this.book.record.park({ seq: event.seq, why, at })
      this.agenda.hasten('parked', at + parkedRetryMs)
    })
    this.size = limits.ingestEvents
  }

  /** What Postgres said instead of taking a batch; whether to go on. */
  private take(answer: Exclude<Ingested, { outcome: 'applied' }>): boolean {
    const { floor } = this.book.awake()
    switch (answer.outcome) {
      case 'gap':
        // Postgres was restored from an older copy. What the log still holds is sent again.
        if (answer.lastSeq + 1 < floor) {
          this.book.setFlushed(floor - 1)
          this.stop(`Postgres ends at ${answer.lastSeq}, below the log's floor ${floor}`)
          return false
        }
        this.book.setFlushed(answer.lastSeq)
        return true
      case 'stale_epoch':
        this.stop(`another object took epoch ${answer.epoch}`)
        return false
      case 'split_brain':
        this.stop(`Postgres has another message at seq ${answer.seq}`)
        return false
      case 'gone':
        this.stop('the room was deleted')
        return false
    }
  }
}

/** The message that an event makes or changes. */
function touches(event: RoomEvent): number[] {
  return [isChange(event) ? event.target : event.seq]
}

/** The messages that a message refers to. */
function buildsOn(event: RoomEvent): number[] {
  if (event.kind !== 'posted') return []
  return [event.replyTo, event.thread].filter((seq): seq is number => typeof seq === 'number')
}
