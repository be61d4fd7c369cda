import type { Agenda } from '../storage/agenda.ts'
import type { Log } from '../storage/log.ts'
import type { RoomRecord } from '../storage/record.ts'
import { limits } from '../../protocol/limits.ts'
import { backoff } from './backoff.ts'
import type { Database } from './database.ts'

/** What the flush needs to know of the room, as of now, and what it may tell it. */
export interface FlushedRoom {
  id: string
  epoch(): number
  head(): number
  flushed(): number
  /** Postgres has everything up to `seq`. Also moves back, when Postgres was restored from an older copy. */
  flushedTo(seq: number): void
  floor(): number
  /** This object must not write any more. */
  stop(why: string): void
  stopped(): boolean
}

/** A try that failed is repeated early when someone writes, but not more often than this. */
const eagerMs = 5_000

/** Batches in one run; the alarm continues, so that a long drain never holds one alarm for minutes. */
const batchesPerRun = 50

/**
 * Carries the room's log to Postgres: events in order from a watermark, the latest marks beside them. A batch whose
 * outcome is unknown is sent again as it was; Postgres skips what it has.
 */
export class Flush {
  private readonly room: FlushedRoom
  private readonly database: Database
  private readonly storage: DurableObjectStorage
  private readonly parts: { log: Log; record: RoomRecord; agenda: Agenda }
  private running: Promise<void> | null = null
  private attempt: number
  private triedAt = 0

  constructor(
    room: FlushedRoom,
    database: Database,
    storage: DurableObjectStorage,
    parts: { log: Log; record: RoomRecord; agenda: Agenda },
  ) {
    this.room = room
    this.database = database
    this.storage = storage
    this.parts = parts
    this.attempt = parts.agenda.failures('flush')
  }

  /** Something is new: plans the flush, in the step that stored it. */
  wanted(now: number): void {
    if (this.room.stopped()) return
    const due = this.attempt === 0 ? now + limits.flushAfterMs : Math.max(now, this.triedAt + eagerMs)
    this.parts.agenda.hasten('flush', due)
  }

  /** Whether enough has come together to flush without waiting for the alarm. */
  full(): boolean {
    return this.attempt === 0 && this.running === null && this.room.head() - this.room.flushed() >= limits.flushEvents
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
      for (let batches = 0; batches < batchesPerRun && !this.room.stopped(); batches++) {
        if (!(await this.batch())) {
          this.failed(0)
          if (this.room.stopped() || !this.pending()) this.parts.agenda.done('flush')
          return
        }
      }
      this.failed(0)
      if (this.room.stopped()) this.parts.agenda.done('flush')
      else this.parts.agenda.plan('flush', Date.now())
    } catch (error) {
      this.failed(this.attempt + 1)
      const retryAt = Date.now() + backoff(this.attempt, Math.random())
      this.parts.agenda.plan('flush', retryAt)
      console.warn(`room ${this.room.id}: flush ${this.attempt} failed at seq ${this.room.flushed()}: ${String(error)}`)
    }
  }

  private failed(times: number): void {
    if (times !== this.attempt) this.parts.agenda.setFailures('flush', times)
    this.attempt = times
  }

  private pending(): boolean {
    return this.room.head() > this.room.flushed() || this.parts.record.dirtyMarks(1).length > 0
  }

  /** Sends one batch; false when there was nothing to send. */
  private async batch(): Promise<boolean> {
    const { log, record } = this.parts
    const from = this.room.flushed() + 1
    const events = log.events(from)
    const marks = record.dirtyMarks(limits.ingestMarks)
    if (events.length === 0 && marks.length === 0) return false
    const to = events.at(-1)?.seq ?? from - 1
    const answer = await this.database.ingest({ room: this.room.id, epoch: this.room.epoch(), from, to, events, marks })
    switch (answer.outcome) {
      case 'applied':
        this.storage.transactionSync(() => {
          record.marksKept(marks)
          this.room.flushedTo(to)
        })
        return true
      case 'gap':
        // Postgres was restored from an older copy. What the log still holds is sent again.
        if (answer.lastSeq + 1 < this.room.floor()) {
          this.room.flushedTo(this.room.floor() - 1)
          this.room.stop(`Postgres ends at ${answer.lastSeq}, below the log's floor ${this.room.floor()}`)
          return false
        }
        this.room.flushedTo(answer.lastSeq)
        return true
      case 'stale_epoch':
        this.room.stop(`another object took epoch ${answer.epoch}`)
        return false
      case 'split_brain':
        this.room.stop(`Postgres has another message at seq ${answer.seq}`)
        return false
      case 'gone':
        this.room.stop('the room was deleted')
        return false
    }
  }
}
