import { alarm, type Clock } from './clock.ts'

/** Reports how far this device has received and the person has read. Both only rise. */
export interface MarkReporter {
  received(seq: number): void
  read(seq: number): void
  /** What the room knows, as its welcome said. */
  welcomed(marks: { delivered: number; read: number }): void
  /** Reports now what the room does not know yet, if anything. */
  report(): void
  /** The connection is gone. */
  down(): void
  readSoFar(): number
}

// At most once a second: ticks stay fresh and a busy room is not doubled by its marks.
const everyMs = 1_000

export function createMarkReporter(clock: Clock, send: (delivered: number, read: number) => boolean): MarkReporter {
  const later = alarm(clock)
  let delivered = 0
  let read = 0
  let known = { delivered: 0, read: 0 }
  let reportedAt = -Infinity

  function report(): void {
    later.clear()
    const received = Math.max(delivered, read)
    if (received <= known.delivered && read <= known.read) return
    if (!send(received, read)) return
    known = { delivered: received, read }
    reportedAt = clock.elapsed()
  }

  function soon(): void {
    if (Math.max(delivered, read) <= known.delivered && read <= known.read) return
    const waitMs = reportedAt + everyMs - clock.elapsed()
    if (waitMs <= 0) report()
    else later.ensure(waitMs, report)
  }

  return {
    received(seq) {
      delivered = Math.max(delivered, seq)
      soon()
    },
    read(seq) {
      read = Math.max(read, seq)
      soon()
    },
    welcomed(marks) {
      known = { delivered: marks.delivered, read: marks.read }
    },
    report,
    down: later.clear,
    readSoFar: () => read,
  }
}
