import { backoff } from './outbox/backoff.ts'
import type { Agenda } from './storage/agenda.ts'
import { warn } from './log.ts'

/** An object that dies while it runs is brought back to it after this long. */
const netMs = 30_000

/** A run that failed is followed by another one after this long at least. */
const retryMs = 1_000

/**
 * Work that takes its time, such as asking many rooms: one run at once, and beside the alarm, so that nothing else that
 * is due waits for it. What is owed stands in the storage, so that a run that ends too soon is followed by another.
 */
export class Errand<Duty extends string> {
  private readonly agenda: Agenda<Duty>
  private readonly duty: Duty
  private readonly owed: () => boolean
  private readonly run: () => Promise<void>
  private readonly waitUntil: (work: Promise<unknown>) => void
  private running: Promise<void> | null = null

  constructor(parts: {
    agenda: Agenda<Duty>
    duty: Duty
    /** Whether anything is left to do. */
    owed: () => boolean
    /** Does it; throws when something of it has to be tried again. */
    run: () => Promise<void>
    waitUntil: (work: Promise<unknown>) => void
  }) {
    this.agenda = parts.agenda
    this.duty = parts.duty
    this.owed = parts.owed
    this.run = parts.run
    this.waitUntil = parts.waitUntil
  }

  /** Plans a run, in the step that stored what for. */
  plan(due: number): void {
    this.agenda.hasten(this.duty, due)
  }

  /** Runs now, or goes on running. Never rejects. */
  start(): Promise<void> {
    this.agenda.plan(this.duty, Date.now() + netMs)
    if (this.running) return this.running
    this.running = this.once().finally(() => {
      this.running = null
    })
    this.waitUntil(this.running)
    return this.running
  }

  private async once(): Promise<void> {
    try {
      if (this.owed()) await this.run()
      if (this.agenda.failures(this.duty) > 0) this.agenda.setFailures(this.duty, 0)
      if (this.owed()) this.agenda.plan(this.duty, Date.now())
      else this.agenda.done(this.duty)
    } catch (error) {
      const failures = this.agenda.failures(this.duty) + 1
      warn(`${this.duty} failed ${failures} times: ${String(error)}`)
      this.agenda.setFailures(this.duty, failures)
      if (this.owed()) {
        const wait = Math.max(retryMs, backoff(failures, Math.random()))
        this.agenda.plan(this.duty, Date.now() + wait)
      } else this.agenda.done(this.duty)
    }
    this.agenda.arm()
  }
}
