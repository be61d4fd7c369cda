import type { Agenda } from '../storage/agenda.ts'
import type { Book } from '../book.ts'
import { limits } from '../../protocol/limits.ts'
import { backoff } from './backoff.ts'
import type { Database } from './database.ts'

/** A try that failed is repeated early when someone writes, but not more often than this. */
const eagerMs = 5_000

/** Batches in one run; the alarm continues, so that a long drain never holds one alarm for minutes. */
const batchesPerRun = 50

/**
 * Carries the room's log to Postgres: events in order from a watermark, the latest marks beside them. A batch whose
 * outcome is unknown is sent again as it was; Postgres skips what it has.
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

  constructor(book: Book, database: Database, agenda: Agenda, stop: (why: string) => void) {
    this.book = book
    this.database = database
    this.agenda = agenda
    this.stop = stop
    this.attempt = agenda.failures('flush')
  }

  /** Something is new: plans the flush, in the step that stored it. */
  wanted(now: number): void {
    if (this.stopped()) return
    const due = this.attempt === 0 ? now + limits.flushAfterMs : Math.max(now, this.triedAt + eagerMs)
    this.agenda.hasten('flush', due)
  }

  /** Whether enough has come together to flush without waiting for the alarm. */
  full(): boolean {
    const { head, flushed } = this.book.awake()
    return this.attempt === 0 && this.running === null && head - flushed >= limits.flushEvents
  }

  /** Runs until Postgres has everything or fails; never throws. Two callers share one run. */
  async run(): Promise<void> {
    this.running ??= this.drain().finally(() => {
      this.running = null
    })
    await this.running
  }

  private async drain(): Promise<void> {
    this.triedAt = Date.now()
    try {
      for (let batches = 0; batches < batchesPerRun && !this.stopped(); batches++) {
        if (!(await this.batch())) {
          this.failed(0)
          if (this.stopped() || !this.pending()) this.agenda.done('flush')
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
      console.warn(
        `room ${this.book.id}: flush ${this.attempt} failed at seq ${this.book.room?.flushed}: ${String(error)}`,
      )
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
    const { flushed, floor, epoch } = this.book.awake()
    const from = flushed + 1
    const events = log.events(from)
    const marks = record.dirtyMarks(limits.ingestMarks)
    if (events.length === 0 && marks.length === 0) return false
    const to = events.at(-1)?.seq ?? from - 1
    const answer = await this.database.ingest({ room: id, epoch, from, to, events, marks })
    switch (answer.outcome) {
      case 'applied':
        this.book.transact(() => {
          record.marksKept(marks)
          this.book.setFlushed(to)
        })
        return true
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
