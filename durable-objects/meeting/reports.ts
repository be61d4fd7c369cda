// 10 min: the media server's signature counts for five.
const rememberedMs = 10 * 60_000

/** Which reports of the media server were taken already. */
export class Reports {
  private readonly sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.sql = sql
  }

  /** Takes a report; false when it came before. */
  take(id: string, now: number): boolean {
    this.sql.exec('delete from reports where at < ?', now - rememberedMs)
    return this.sql.exec('insert into reports (id, at) values (?, ?) on conflict do nothing', id, now).rowsWritten > 0
  }
}
