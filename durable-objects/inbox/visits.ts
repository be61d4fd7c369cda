/**
 * When someone was here with a device, each time from the first that connects on, and which rooms were told in which
 * visit that nobody is. A room that was told so is silent until it hears of a later visit.
 */
export class Visits {
  private readonly sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.sql = sql
  }

  /** The visit that goes on, or the last one. */
  current(): number {
    return this.sql.exec<{ visit: number }>('select visit from inbox').one().visit
  }

  /** A first device connects: every silent room has to hear of it, and Postgres is to tell the list. */
  begin(now: number): void {
    const visit = Math.max(now, this.current() + 1)
    this.sql.exec('update inbox set visit = ?, wanted = wanted + 1, stale = 0', visit)
    this.sql.exec('update lines set back = ? where silent > 0 or back > 0', visit)
  }

  /** A room is told that nobody is here. */
  silence(room: string): void {
    this.sql.exec('update lines set silent = ? where room = ?', this.current(), room)
  }

  /** Of rooms that fell silent before the storage was lost nothing is known. */
  callEveryone(): void {
    this.sql.exec('update lines set back = ?', this.current())
  }

  /** The rooms that have to hear of the visit. */
  owed(limit: number): string[] {
    const rows = this.sql.exec<{ room: string }>('select room from lines where back > 0 order by back limit ?', limit)
    return rows.toArray().map(({ room }) => room)
  }

  silent(): string[] {
    const rows = this.sql.exec<{ room: string }>('select room from lines where silent > 0')
    return rows.toArray().map(({ room }) => room)
  }

  /**
   * A room has heard of a visit, and speaks again if it was told before that nobody is here. If it was told so in this very
   * visit, nobody knows which of the two reached it last: it stays silent here, and hears of the next visit, too.
   */
  answered(room: string, visit: number): void {
    this.sql.exec(
      'update lines set silent = iif(silent < ?, 0, silent), back = iif(back > ?, back, 0) where room = ?',
      ...[visit, visit, room],
    )
  }

  /** When Postgres last told the whole list; 0: never. */
  readAt(): number {
    return this.sql.exec<{ at: number }>('select read_at as at from inbox').one().at
  }

  /** Whether Postgres is to tell the list. */
  wanted(): boolean {
    return this.sql.exec<{ wanted: number }>('select wanted from inbox').one().wanted > 0
  }

  /** Whether it was asked and could not. */
  stale(): boolean {
    return this.sql.exec<{ stale: number }>('select stale from inbox').one().stale === 1
  }

  /** The list is to be read; once more where it is being read already, since that may be too old. */
  want(): void {
    this.sql.exec('update inbox set wanted = wanted + 1')
  }

  /** How often the list was asked for: given to `read` with the answer. */
  asked(): number {
    return this.sql.exec<{ wanted: number }>('select wanted from inbox').one().wanted
  }

  /** Postgres has told the list, to what was asked for `asked` times. */
  read(asked: number, now: number): void {
    this.sql.exec('update inbox set wanted = max(0, wanted - ?), stale = 0, read_at = ?', asked, now)
  }

  away(): void {
    this.sql.exec('update inbox set stale = 1')
  }
}
