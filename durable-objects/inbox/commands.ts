/** An id that was carried out is remembered for this long: far beyond what a device repeats it. */
const rememberedMs = 30 * 86_400_000

/** What devices asked for under an id, so that a repeat does nothing. */
export class Commands {
  private readonly sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.sql = sql
  }

  /** Whether it was carried out before. */
  done(id: string): boolean {
    return this.sql.exec('select 1 from commands where id = ?', id).toArray().length > 0
  }

  keep(id: string, now: number): void {
    this.sql.exec('delete from commands where at < ?', now - rememberedMs)
    this.sql.exec('insert or ignore into commands (id, at) values (?, ?)', id, now)
  }
}
