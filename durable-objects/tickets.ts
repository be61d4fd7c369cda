/** How the worker says which ticket a visitor came with. */
export const ticketHeader = 'x-parley-ticket'

/** A used ticket is remembered for this long: far beyond its 30 s, so that no clock is off by more. */
const rememberedMs = 10 * 60_000

/** Which tickets were used here: each opens one socket. */
export class Tickets {
  private readonly sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.sql = sql
  }

  /** Takes a ticket; false when it was used before. */
  burn(id: string, now: number): boolean {
    this.sql.exec('delete from tickets where burnt_at < ?', now - rememberedMs)
    const { rowsWritten } = this.sql.exec(
      'insert into tickets (id, burnt_at) values (?, ?) on conflict do nothing',
      id,
      now,
    )
    return rowsWritten > 0
  }
}
