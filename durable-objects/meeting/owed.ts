/** What Postgres and the room have yet to hear, in storage. What changes while it is told is told again. */
export type Kind = 'person' | 'session' | 'live' | 'over' | 'gone'

interface Owed {
  kind: Kind
  key: string
  value: string
  n: number
}

export class OwedTable {
  private readonly sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.sql = sql
  }

  put(kind: Kind, key: string, value: string): void {
    this.sql.exec(
      `insert into owed (kind, key, value, n) values (?, ?, ?, 1)
       on conflict (kind, key) do update set value = excluded.value, n = n + 1`,
      ...[kind, key, value],
    )
  }

  of(...kinds: Kind[]): Owed[] {
    const places = kinds.map(() => '?').join(', ')
    const rows = this.sql.exec<{ kind: Kind; key: string; value: string; n: number }>(
      `select kind, key, value, n from owed where kind in (${places}) order by key`,
      ...kinds,
    )
    return rows.toArray()
  }

  any(...kinds: Kind[]): boolean {
    return this.of(...kinds).length > 0
  }

  /** They were told, unless they say something else by now. */
  told(owed: readonly Owed[]): void {
    for (const { kind, key, n } of owed) {
      this.sql.exec('delete from owed where kind = ? and key = ? and n = ?', kind, key, n)
    }
  }

  drop(kind: Kind): void {
    this.sql.exec('delete from owed where kind = ?', kind)
  }
}
