import { limits } from '../../protocol/limits.ts'
import { alarm, type Clock } from './clock.ts'
import type { UnreadMark } from './wire.ts'

/** What a report says: see `Mark` on the wire. */
export interface Report {
  delivered: number
  read: number
  unread?: number
}

/** Reports how far this device has received and the person has read. Both only rise. */
export interface MarkReporter {
  received(seq: number): void
  /** So many bytes came in: after many of them the room wants to hear how far this device is. */
  heard(bytes: number): void
  read(seq: number): void
  /** What the room knows, as its welcome said, and the mark as unread that stands there. */
  welcomed(marks: { delivered: number; read: number }, unread: UnreadMark): void
  /** The mark as unread is now this. */
  unread(mark: UnreadMark): void
  /** Reports now what the room does not know yet, if anything. */
  report(): void
  /** The connection is gone. */
  down(): void
  readSoFar(): number
  /** Whether the room was told of everything up to here that was read, and of the mark as unread that it cleared. */
  told(seq: number): boolean
}

export function createMarkReporter(clock: Clock, send: (report: Report) => boolean): MarkReporter {
  const later = alarm(clock)
  let delivered = 0
  let read = 0
  let known = { delivered: 0, read: 0 }
  let reportedAt = -Infinity
  let since = { frames: 0, bytes: 0 }
  // The mark as unread that was there before the room was opened: reading clears that one, and none that is newer.
  let opened: UnreadMark | null = null
  let clears = false
  // Whether the room was told so over this connection.
  let cleared = false

  const owes = () => Math.max(delivered, read) > known.delivered || read > known.read || (clears && !cleared)

  function say(): void {
    later.clear()
    const received = Math.max(delivered, read)
    if (!send({ delivered: received, read, ...(clears && opened && { unread: opened.version }) })) return
    known = { delivered: received, read }
    reportedAt = clock.elapsed()
    since = { frames: 0, bytes: 0 }
    cleared = clears
  }

  function report(): void {
    later.clear()
    if (owes()) say()
  }

  function soon(): void {
    if (!owes()) return
    const waitMs = reportedAt + limits.reportEveryMs - clock.elapsed()
    if (waitMs <= 0) report()
    else later.ensure(waitMs, report)
  }

  return {
    received(seq) {
      delivered = Math.max(delivered, seq)
      soon()
    },
    heard(bytes) {
      since = { frames: since.frames + 1, bytes: since.bytes + bytes }
      if (since.frames >= limits.reportFrames || since.bytes >= limits.reportBytes) say()
    },
    read(seq) {
      read = Math.max(read, seq)
      if (opened && opened.from !== null && seq >= opened.from) clears = true
      soon()
    },
    welcomed(marks, mark) {
      known = { delivered: marks.delivered, read: marks.read }
      opened ??= mark
      if (opened.version !== mark.version) opened = { ...opened, from: null }
    },
    unread(mark) {
      if (opened && opened.version !== mark.version) opened = { ...opened, from: null }
      if (opened?.from === null) clears = false
    },
    report,
    down() {
      later.clear()
      since = { frames: 0, bytes: 0 }
      cleared = false
    },
    readSoFar: () => read,
    told: (seq) => seq <= known.read && (!clears || cleared),
  }
}
