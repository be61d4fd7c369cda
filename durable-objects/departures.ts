import type { MeetingForOthers } from './between.ts'
import type { Book, Listener } from './book.ts'
import type { Objects } from './env.ts'
import { within } from './parallel.ts'
import type { RoomEvent } from '../protocol/events.ts'
import type { Room } from './room/room.ts'
import type { Agenda } from './storage/agenda.ts'
import { warn } from './log.ts'

/** A meeting that does not answer within this is asked again. */
const patienceMs = 5_000

/** A room that dies before it has told a meeting does so after this long. */
const netMs = 10_000

/**
 * Whoever is a member no more while a meeting is live is out of that, too. It is written down in the step in which they go, and
 * owed to the meeting until it has answered.
 */
export class Departures implements Listener {
  private readonly book: Book
  private readonly agenda: Agenda
  private readonly sql: SqlStorage
  private readonly objects: Objects<Pick<MeetingForOthers, 'membersGone'>>
  /** The meeting that is live in the room. */
  private readonly meeting: () => string | null
  private readonly waitUntil: (work: Promise<unknown>) => void

  constructor(parts: {
    book: Book
    agenda: Agenda
    sql: SqlStorage
    objects: Objects<Pick<MeetingForOthers, 'membersGone'>>
    meeting: () => string | null
    waitUntil: (work: Promise<unknown>) => void
  }) {
    const { book, agenda, sql, objects, meeting, waitUntil } = parts
    this.book = book
    this.agenda = agenda
    this.sql = sql
    this.objects = objects
    this.meeting = meeting
    this.waitUntil = waitUntil
  }

  happened(event: RoomEvent, _rows: unknown, before: Room): void {
    const { kind } = event
    if (kind === 'member_joined') this.sql.exec('delete from gone_from_meetings where person = ?', event.person)
    if (kind !== 'member_left' && kind !== 'member_banned' && kind !== 'account_erased') return
    if (before.members.has(event.person)) this.note([event.person])
  }

  compared(before: Room): void {
    const { members } = this.book.awake()
    this.note([...before.members.keys()].filter((person) => !members.has(person)))
  }

  marked(): void {}

  // What was noted went with the step that noted it.
  undone(): void {}

  /** The room is gone: so are all its members. */
  everyone(): void {
    this.note([...this.book.awake().members.keys()])
  }

  /** These have to leave the meeting that is live. */
  note(people: readonly string[]): void {
    const meeting = people.length === 0 ? null : this.meeting()
    if (meeting === null) return
    for (const person of people) {
      this.sql.exec('insert or ignore into gone_from_meetings (meeting, person) values (?, ?)', meeting, person)
    }
    this.agenda.hasten('gone', Date.now() + netMs)
  }

  owes(): boolean {
    return this.sql.exec('select 1 from gone_from_meetings limit 1').toArray().length > 0
  }

  /** Tells it now, and again later where that fails. Not waited for. */
  start(): void {
    if (!this.owes()) return
    const told = this.tell().catch((error: unknown) => {
      warn(`room ${this.book.id}: a meeting has not heard who left: ${String(error)}`)
    })
    this.waitUntil(told)
  }

  /** Tells each meeting what it has yet to hear. Throws when one did not answer. */
  async tell(): Promise<void> {
    const rows = this.sql.exec<{ meeting: string; person: string }>('select * from gone_from_meetings').toArray()
    for (const [meeting, owed] of Map.groupBy(rows, (row) => row.meeting)) {
      const people = owed.map(({ person }) => person)
      await within(patienceMs, this.objects.getByName(meeting).membersGone(people))
      for (const person of people) {
        this.sql.exec('delete from gone_from_meetings where meeting = ? and person = ?', meeting, person)
      }
    }
    if (!this.owes()) this.agenda.done('gone')
    this.agenda.arm()
  }
}
