import type { Book } from '../book.ts'
import type { Agenda } from '../storage/agenda.ts'
import type { Chore, Database } from './database.ts'

/**
 * Work on many rows in Postgres that one event asked for: messages that expired, accounts that are gone, receipts that
 * were left out while the room caught up. Readers see the outcome at once; this brings the rows after it, batch by batch.
 */
export class Upkeep {
  private readonly book: Book
  private readonly database: Database
  private readonly agenda: Agenda

  constructor(book: Book, database: Database, agenda: Agenda) {
    this.book = book
    this.database = database
    this.agenda = agenda
  }

  /** Runs until nothing is left. Throws while Postgres is away; every batch that was done stays done. */
  async run(): Promise<void> {
    const { id, record } = this.book
    for (const chore of ['expire', 'statuses'] satisfies Chore[]) while (await this.database.chore(id, chore));
    for (const { person, seq } of record.erasing()) {
      // Postgres has to have heard of it first; the flush brings us back.
      if (seq > this.book.awake().flushed) continue
      while (await this.database.erase(id, person));
      record.removeErasing(person)
    }
    this.agenda.done('upkeep')
  }
}
