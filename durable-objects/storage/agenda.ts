import { backoff } from '../outbox/backoff.ts'
import { fault } from '../log.ts'

/** What a room may have to do later. */
export type Duty =
  | 'flush'
  | 'parked'
  | 'upkeep'
  | 'deletion'
  | 'presence'
  | 'sessions'
  | 'members'
  | 'epoch'
  | 'withdrawn'
  | 'expiry'
  | 'slow'
  | 'bump'
  | 'ring'
  | 'gone'

/** A duty that failed is tried again after this long at least, and then ever more seldom, up to a minute. */
const retryMs = 5_000

/** An alarm may ring this late before it counts as lost. */
const rescueAfterMs = 5_000

/**
 * One alarm, one agenda: a table of (kind, due). The alarm is its minimum and is written in the same step, so a
 * promise that was stored is kept even when the process dies right after.
 */
export class Agenda<Kind extends string = Duty> {
  private readonly storage: DurableObjectStorage

  constructor(storage: DurableObjectStorage) {
    this.storage = storage
  }

  /** Plans a duty for a time in epoch milliseconds, or moves it there. */
  plan(duty: Kind, due: number): void {
    this.storage.sql.exec('insert or replace into agenda (kind, due) values (?, ?)', duty, due)
    this.arm()
  }

  /** Plans a duty unless it is due earlier already. */
  hasten(duty: Kind, due: number): void {
    const planned = this.due(duty)
    if (planned === null || planned > due) this.plan(duty, due)
  }

  /** Plans a duty for when it is due next (null: not at all), but not before a time. */
  next(duty: Kind, due: number | null, earliest: number): void {
    if (due === null) this.done(duty)
    else this.plan(duty, Math.max(due, earliest))
  }

  due(duty: Kind): number | null {
    const rows = this.storage.sql.exec<{ due: number }>('select due from agenda where kind = ?', duty)
    return rows.toArray()[0]?.due ?? null
  }

  /** Whether anything is to be done, ever. */
  planned(): boolean {
    return this.storage.sql.exec('select 1 from agenda limit 1').toArray().length > 0
  }

  done(duty: Kind): void {
    this.storage.sql.exec('delete from agenda where kind = ?', duty)
  }

  /** How often in a row a duty has failed: kept, so that a room that sleeps between its tries still waits longer each time. */
  failures(duty: Kind): number {
    const rows = this.storage.sql.exec<{ failed: number }>('select failed from tries where kind = ?', duty)
    return rows.toArray()[0]?.failed ?? 0
  }

  setFailures(duty: Kind, failed: number): void {
    this.storage.sql.exec('insert or replace into tries (kind, failed) values (?, ?)', duty, failed)
  }

  /** The duties that are due, earliest first. */
  ripe(now: number): Kind[] {
    const rows = this.storage.sql.exec<{ kind: Kind }>('select kind from agenda where due <= ? order by due', now)
    return rows.toArray().map((row) => row.kind)
  }

  /**
   * Does what is due. It never throws: the platform drops an alarm after six failures. What failed is tried again ever
   * more seldom; `paced`: whether that is counted here, and not by the duty itself.
   */
  async ring(
    object: string,
    perform: (duty: Kind) => void | Promise<void>,
    paced: (duty: Kind) => boolean,
  ): Promise<void> {
    for (const duty of this.ripe(Date.now())) {
      // One before it may have ended the object's work, and its agenda with it.
      if (this.due(duty) === null) continue
      try {
        await perform(duty)
        if (paced(duty) && this.failures(duty) > 0) this.setFailures(duty, 0)
      } catch (error) {
        const failures = this.failures(duty) + 1
        fault(`${object}: ${duty} failed ${failures} times: ${String(error)}`)
        this.setFailures(duty, failures)
        this.plan(duty, Date.now() + Math.max(retryMs, backoff(failures, Math.random())))
      }
    }
    this.arm()
  }

  /** Sets the alarm again when a duty is overdue: the platform gave up on it. */
  rescue(): void {
    if (this.ripe(Date.now() - rescueAfterMs).length > 0) this.arm()
  }

  /** Sets the alarm to the earliest duty; an overdue one rings in a millisecond, never `now` (that would loop). */
  arm(): void {
    const { due } = this.storage.sql.exec<{ due: number | null }>('select min(due) as due from agenda').one()
    if (due === null) void this.storage.deleteAlarm()
    else void this.storage.setAlarm(Math.max(due, Date.now() + 1))
  }
}
